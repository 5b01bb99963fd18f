#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    FILE *in;
    int fd, port;
};

static void *serve(void *arg)
{
    struct client *c = arg;
    char *line = NULL, end[100];
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, c->in)) > 0) {
        if (line[n - 1] != '\n' || strcmp(line, "\n") == 0)
            break;
        n -= n > 1 && line[n - 2] == '\r' ? 2 : 1;
        sprintf(end, "%d%s", c->port, line + n);
        send(c->fd, line, n, MSG_NOSIGNAL | MSG_MORE);
        send(c->fd, end, strlen(end), MSG_NOSIGNAL);
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
