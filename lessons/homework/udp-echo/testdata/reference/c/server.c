#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
	static char buf[65536];
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in me;

	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	if (s < 0 || bind(s, (struct sockaddr *)&me, sizeof me) < 0) {
		perror("bind");
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from; /* in each round: recvfrom() writes it */
		ssize_t n = recvfrom(s, buf, sizeof buf, 0, (struct sockaddr *)&from, &len);

		if (n < 0) {
			perror("recvfrom");
			continue;
		}
		if (sendto(s, buf, n, 0, (struct sockaddr *)&from, len) < 0)
			perror("sendto");
	}
}
