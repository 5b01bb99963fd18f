/* Answers each line with the client's port appended: a thread for each client. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
    int fd;
    char port[8];
};

/* put sends all of it, and reports whether that was possible. */
static int put(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t k = send(fd, data, len, 0);
        if (k < 0)
            return 0;
        data += k;
        len -= k;
    }
    return 1;
}

/* answer sends a line back, with the port before its line end. */
static int answer(const struct client *c, const char *line, size_t len)
{
    size_t end = len > 1 && line[len - 2] == '\r' ? 2 : 1;
    return put(c->fd, line, len - end) && put(c->fd, c->port, strlen(c->port)) && put(c->fd, line + len - end, end);
}

static void *serve(void *arg)
{
    struct client *c = arg;
    char *buf = NULL;
    size_t len = 0, room = 0;
    for (;;) {
        if (len == room && (buf = realloc(buf, room += 4096)) == NULL)
            abort();
        ssize_t n = recv(c->fd, buf + len, room - len, 0);
        if (n <= 0)
            break;
        size_t seen = len, begin = 0; /* there was no line break before seen */
        len += n;
        for (char *lf; (lf = memchr(buf + seen, '\n', len - seen)) != NULL; begin = seen) {
            seen = lf + 1 - buf;
            if (!answer(c, buf + begin, seen - begin))
                goto gone;
        }
        len -= begin;
        memmove(buf, buf + begin, len);
    }
gone:
    close(c->fd);
    free(buf);
    free(c);
    return NULL;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is seen by what send() returns */
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in me = {.sin_family = AF_INET, .sin_port = htons(8888), .sin_addr.s_addr = htonl(INADDR_ANY)};
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&me, sizeof me) < 0 || listen(s, 16) < 0) {
        perror("port 8888");
        return 1;
    }
    for (;;) {
        struct sockaddr_in you;
        socklen_t size = sizeof you;
        int fd = accept(s, (struct sockaddr *)&you, &size);
        if (fd < 0)
            continue;
        struct client *c = malloc(sizeof *c);
        pthread_t t;
        c->fd = fd;
        snprintf(c->port, sizeof c->port, "%d", ntohs(you.sin_port));
        pthread_create(&t, NULL, serve, c);
        pthread_detach(t);
    }
}
