#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define BUF_SIZE 4096

int main(void)
{
	char buf[BUF_SIZE];
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in me, from;

	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	if (bind(s, (struct sockaddr *)&me, sizeof me) < 0) {
		perror("bind");
		return 1;
	}
	while (1) {
		socklen_t len = sizeof from;

		memset(buf, 0, BUF_SIZE);
		recvfrom(s, buf, BUF_SIZE, 0, (struct sockaddr *)&from, &len);
		sendto(s, buf, BUF_SIZE, 0, (struct sockaddr *)&from, len);
	}
}
