#include <arpa/inet.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *serve(void *arg)
{
    int fd = (intptr_t)arg, len = 0, n;
    char *buf = malloc(65536);
    while (len < 65536 && (n = recv(fd, buf + len, 65536 - len, 0)) > 0)
        len += n;
    while (len > 0) {
        int from = len - 1;
        while (from > 0 && buf[from - 1] != '\n')
            from--;
        send(fd, buf + from, len - from, MSG_NOSIGNAL);
        len = from;
    }
    free(buf);
    close(fd);
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
        pthread_t t;
        int c = accept(s, NULL, NULL);
        pthread_create(&t, NULL, serve, (void *)(intptr_t)c);
        pthread_detach(t);
    }
}
