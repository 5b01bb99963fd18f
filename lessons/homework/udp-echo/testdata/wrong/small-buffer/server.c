#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
	char buf[1024];
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
		int n = recvfrom(s, buf, sizeof buf, 0, (struct sockaddr *)&from, &len);

		if (n >= 0)
			sendto(s, buf, n, 0, (struct sockaddr *)&from, len);
	}
}
