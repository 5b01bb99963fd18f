#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd, port;
};

static struct client clients[1000];

static void *serve(void *arg)
{
    struct client *c = arg;
    char buf[2000];
    int n;
    while ((n = recv(c->fd, buf, 1000, 0)) > 0) {
        n += sprintf(buf + n, "%d", c->port);
        if (send(c->fd, buf, n, MSG_NOSIGNAL) < 0)
            break;
    }
    close(c->fd);
    return NULL;
}

int main(void)
{
    int s = socket(AF_INET, SOCK_STREAM, 0), n = 0;
    struct sockaddr_in addr;
    memset(&addr, 0, sizeof addr);
    addr.sin_family = AF_INET;
    addr.sin_port = htons(8888);
    addr.sin_addr.s_addr = INADDR_ANY;
    bind(s, (struct sockaddr *)&addr, sizeof addr);
    listen(s, 5);
    while (n < 1000) {
        socklen_t len = sizeof addr;
        pthread_t t;
        clients[n].fd = accept(s, (struct sockaddr *)&addr, &len);
        clients[n].port = addr.sin_port;
        pthread_create(&t, NULL, serve, &clients[n++]);
    }
    return 0;
}
