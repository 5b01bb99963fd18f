#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd, port;
};

static void *serve(void *arg)
{
    struct client *c = arg;
    char buf[1024] = "", out[1100];
    while (recv(c->fd, buf, sizeof buf - 1, 0) > 0) {
        sprintf(out, "%s%d", buf, c->port);
        send(c->fd, out, strlen(out), MSG_NOSIGNAL);
    }
    close(c->fd);
    free(c);
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
        c->port = ntohs(addr.sin_port);
        pthread_create(&t, NULL, serve, c);
        pthread_detach(t);
    }
}
