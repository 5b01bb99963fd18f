/* Sends a line, waits for the answer, rests, and sends the next. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* answer reads up to the line break; 0: the connection has ended. */
static int answer(int s)
{
    char buf[64];
    int n = 0, k;
    while (n < (int)sizeof buf) { /* an answer is never longer */
        if ((k = recv(s, buf + n, sizeof buf - n, 0)) <= 0)
            return 0;
        n += k;
        if (buf[n - 1] == '\n')
            return 1;
    }
    return 1;
}

int main(int argc, char **argv)
{
    char word[64], line[96];
    int count;
    if (argc != 3 || scanf("%63s %d", word, &count) != 2) {
        fprintf(stderr, "client ADDRESS PORT, and WORD COUNT on standard input\n");
        return 2;
    }
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
    if (inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 || connect(s, (struct sockaddr *)&to, sizeof to) < 0) {
        perror(argv[1]);
        return 1;
    }
    for (int i = 1; i <= count; i++) {
        if (i > 1)
            nanosleep(&(struct timespec){.tv_nsec = 200 * 1000 * 1000}, NULL);
        int len = snprintf(line, sizeof line, "%s %d\n", word, i);
        if (send(s, line, len, MSG_NOSIGNAL) < len || !answer(s))
            break;
    }
    close(s);
    return 0;
}
