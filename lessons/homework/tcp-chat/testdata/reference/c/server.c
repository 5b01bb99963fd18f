/* A chat with one client after another: poll() over the keyboard and the client. The keyboard is
 * read only while there is a client, so that what is typed before waits in the pipe. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char typed[65536]; /* what has been typed, and is not sent yet */
static size_t have;

/* put sends all of it, and reports whether the connection still stands. */
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

/* say sends the lines that are complete, up to "quit", and reports whether the chat goes on. */
static int say(int fd)
{
    char *nl;
    while ((nl = memchr(typed, '\n', have))) {
        size_t n = nl + 1 - typed;
        int quit = n == 5 && memcmp(typed, "quit\n", 5) == 0;
        int ok = quit || put(fd, typed, n);
        have -= n;
        memmove(typed, typed + n, have);
        if (quit || !ok)
            return 0;
    }
    return 1;
}

static void chat(int fd)
{
    struct pollfd list[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    while (say(fd) && poll(list, 2, -1) > 0) {
        if (list[1].revents) {
            char buf[4096];
            ssize_t n = recv(fd, buf, sizeof buf, 0);
            if (n <= 0)
                return;
            fwrite(buf, 1, n, stdout);
            fflush(stdout);
        }
        if (list[0].revents) {
            ssize_t n = read(0, typed + have, sizeof typed - have);
            if (n <= 0)
                list[0].fd = -1; /* no more will be typed */
            else
                have += n;
        }
    }
}

int main(int argc, char **argv)
{
    int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in me = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (argc != 2) {
        fprintf(stderr, "usage: server PORT\n");
        return 2;
    }
    me.sin_port = htons(atoi(argv[1]));
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(s, (struct sockaddr *)&me, sizeof me) < 0 || listen(s, 16) < 0) {
        perror(argv[1]);
        return 1;
    }
    for (;;) {
        int c = accept(s, NULL, NULL);
        if (c < 0)
            continue;
        chat(c);
        close(c);
        puts("client exit");
        fflush(stdout);
    }
}
