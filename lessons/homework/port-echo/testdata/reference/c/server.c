/* Answers each message with the client's port appended: one process that waits with poll(). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 64 };

static struct pollfd list[MOST]; /* [0] listens */
static int ports[MOST];
static int n;

static void leave(int i)
{
    close(list[i].fd);
    n--;
    list[i] = list[n];
    ports[i] = ports[n];
}

/* serve answers one message, and reports whether the client is still there. */
static int serve(int i)
{
    char buf[4096 + 8];
    ssize_t len = recv(list[i].fd, buf, 4096, 0);
    if (len <= 0)
        return 0;
    len += snprintf(buf + len, 8, "%d", ports[i]);
    for (ssize_t sent = 0; sent < len;) {
        ssize_t k = send(list[i].fd, buf + sent, len - sent, MSG_NOSIGNAL);
        if (k < 0)
            return 0;
        sent += k;
    }
    return 1;
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
    list[n++] = (struct pollfd){.fd = s, .events = POLLIN};
    for (;;) {
        if (poll(list, n, -1) < 0) {
            perror("poll");
            return 1;
        }
        for (int i = n - 1; i > 0; i--) /* from the end: leave() puts the last one into a gap */
            if (list[i].revents && !serve(i))
                leave(i);
        if (list[0].revents) {
            struct sockaddr_in you;
            socklen_t size = sizeof you;
            int c = accept(s, (struct sockaddr *)&you, &size);
            if (c >= 0 && n == MOST)
                close(c);
            else if (c >= 0) {
                list[n] = (struct pollfd){.fd = c, .events = POLLIN};
                ports[n++] = ntohs(you.sin_port);
            }
        }
    }
}
