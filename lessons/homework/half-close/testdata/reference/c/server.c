/* Reads to the client's FIN, then sends the lines back, the last one first: a thread for each client. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* put sends all of it, and reports whether the client took it. */
static int put(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k < 0)
            return 0;
        p += k;
        n -= k;
    }
    return 1;
}

/* get reads to the end into a buffer that grows; NULL: there was no end. */
static char *get(int fd, size_t *len)
{
    size_t room = 4096;
    char *buf = malloc(room);
    *len = 0;
    while (buf) {
        ssize_t k = recv(fd, buf + *len, room - *len, 0);
        if (k == 0)
            return buf;
        if (k < 0)
            break;
        *len += k;
        if (*len == room) {
            char *more = realloc(buf, room *= 2);
            if (!more)
                break;
            buf = more;
        }
    }
    free(buf);
    return NULL;
}

static void *serve(void *arg)
{
    int fd = (intptr_t)arg;
    size_t end;
    char *text = get(fd, &end);
    while (text && end > 0) { /* text[0..end) is not sent yet, and ends with a line break */
        size_t from = end - 1;
        while (from > 0 && text[from - 1] != '\n')
            from--;
        if (!put(fd, text + from, end - from))
            break;
        end = from;
    }
    free(text);
    close(fd);
    return NULL;
}

int main(void)
{
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in me = {.sin_family = AF_INET, .sin_port = htons(8888), .sin_addr.s_addr = htonl(INADDR_ANY)};
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&me, sizeof me) < 0 || listen(s, 16) < 0) {
        perror("port 8888");
        return 1;
    }
    for (;;) {
        pthread_t t;
        int c = accept(s, NULL, NULL);
        if (c < 0)
            continue;
        if (pthread_create(&t, NULL, serve, (void *)(intptr_t)c) != 0)
            close(c);
        else
            pthread_detach(t);
    }
}
