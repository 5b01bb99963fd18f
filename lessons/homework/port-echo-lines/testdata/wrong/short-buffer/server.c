#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE 1024

struct client {
    FILE *in;
    int fd, port;
};

static void *serve(void *arg)
{
    struct client *c = arg;
    char line[LINE], out[LINE + 20];
    while (fgets(line, LINE, c->in)) {
        char *end = strrchr(line, '\n');
        if (end == NULL && feof(c->in))
            break;
        if (end == NULL)
            end = line + strlen(line);
        if (end > line && end[-1] == '\r')
            end--;
        sprintf(out, "%.*s%d%s", (int)(end - line), line, c->port, *end ? end : "\n");
        send(c->fd, out, strlen(out), MSG_NOSIGNAL);
    }
    fclose(c->in);
    return NULL;
}

int main(void)
{
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in addr;
    memset(&addr, 0, sizeof addr);
    addr.sin_family = AF_INET;
    addr.sin_port = htons(8888);
    addr.sin_addr.s_addr = INADDR_ANY;
    bind(s, (struct sockaddr *)&addr, sizeof addr);
    listen(s, 5);
    while (1) {
        socklen_t len = sizeof addr;
        pthread_t t;
        struct client *c = malloc(sizeof *c);
        c->fd = accept(s, (struct sockaddr *)&addr, &len);
        c->in = fdopen(c->fd, "r");
        c->port = ntohs(addr.sin_port);
        pthread_create(&t, NULL, serve, c);
        pthread_detach(t);
    }
}
