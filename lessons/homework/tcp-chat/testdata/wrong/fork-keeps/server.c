#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in addr;
    char buf[1024] = "";
    memset(&addr, 0, sizeof addr);
    addr.sin_family = AF_INET;
    addr.sin_port = htons(atoi(argv[1]));
    addr.sin_addr.s_addr = INADDR_ANY;
    bind(s, (struct sockaddr *)&addr, sizeof addr);
    listen(s, 5);
    setbuf(stdin, NULL); /* each process takes only what it sends */
    while (1) {
        int n, c = accept(s, NULL, NULL);
        pid_t child = fork();
        if (child == 0) {
            while (fgets(buf, sizeof buf, stdin)) {
                if (strcmp(buf, "quit\n") == 0) {
                    shutdown(c, SHUT_RDWR);
                    break;
                }
                send(c, buf, strlen(buf), MSG_NOSIGNAL);
            }
            _exit(0);
        }
        while ((n = recv(c, buf, sizeof buf, 0)) > 0)
            fwrite(buf, 1, n, stdout);
        printf("client exit\n");
        fflush(stdout);
        if (n < 0)
            kill(child, SIGKILL);
        close(c);
        waitpid(child, NULL, 0);
    }
}
