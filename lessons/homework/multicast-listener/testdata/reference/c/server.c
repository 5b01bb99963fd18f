#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
	static char buf[6 + 65536] = "heard ";
	char *data = buf + 6;
	int s = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
	struct sockaddr_in me;
	struct ip_mreq group;

	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	group.imr_multiaddr.s_addr = inet_addr("239.2.2.222");
	group.imr_interface.s_addr = htonl(INADDR_ANY);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s, (struct sockaddr *)&me, sizeof me) < 0) {
		perror("bind");
		return 1;
	}
	if (setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) < 0) {
		perror("join");
		return 1;
	}
	for (;;) {
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		ssize_t n = recvfrom(s, data, 65536, 0, (struct sockaddr *)&from, &len);
		const char *answer = buf;
		size_t size = n + 6;

		if (n < 0)
			continue;
		if (n == 5 && memcmp(data, "leave", 5) == 0) {
			if (setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group) < 0)
				perror("leave");
			answer = "left";
			size = 4;
		}
		sendto(s, answer, size, 0, (struct sockaddr *)&from, len);
	}
}
