#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
	char buf[2048], answer[4096];
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in me, from;
	struct ip_mreq group;

	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	group.imr_multiaddr.s_addr = inet_addr("239.2.2.222");
	group.imr_interface.s_addr = htonl(INADDR_ANY);
	bind(s, (struct sockaddr *)&me, sizeof me);
	setsockopt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group);
	while (1) {
		socklen_t len = sizeof from;
		int n = recvfrom(s, buf, sizeof buf - 1, 0, (struct sockaddr *)&from, &len);

		if (n < 0)
			continue;
		buf[n] = 0;
		if (strcmp(buf, "leave") == 0) {
			setsockopt(s, IPPROTO_IP, IP_DROP_MEMBERSHIP, &group, sizeof group);
			strcpy(answer, "left");
		} else
			sprintf(answer, "heard %s", buf);
		sendto(s, answer, strlen(answer), 0, (struct sockaddr *)&from, len);
	}
}
