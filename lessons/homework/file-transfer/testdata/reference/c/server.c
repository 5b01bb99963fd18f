#include <ctype.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST 100 /* header, with its line break */
#define LARGEST 1000000

struct file {
	char name[LONGEST];
	char *data;
	long size;
	struct file *next;
};

static struct file *files;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* what has come on a connection and is not used yet */
struct incoming {
	int fd;
	char buf[4096];
	size_t at, have;
};

static int next_octet(struct incoming *in)
{
	if (in->at == in->have) {
		ssize_t n = recv(in->fd, in->buf, sizeof in->buf, 0);

		if (n <= 0)
			return -1;
		in->at = 0;
		in->have = n;
	}
	return (unsigned char)in->buf[in->at++];
}

static int send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, data, size, 0);

		if (n <= 0)
			return -1;
		data += n;
		size -= n;
	}
	return 0;
}

static int good_name(const char *s)
{
	if (!isalnum((unsigned char)*s) || strlen(s) > 64)
		return 0;
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("._-", *s))
			return 0;
	return 1;
}

static struct file *find(const char *name)
{
	struct file *f = files;

	while (f && strcmp(f->name, name) != 0)
		f = f->next;
	return f;
}

/* takes a file over; the octets are its own from now on */
static void store(const char *name, char *data, long size)
{
	struct file *f;

	pthread_mutex_lock(&lock);
	f = find(name);
	if (!f) {
		f = calloc(1, sizeof *f);
		strcpy(f->name, name);
		f->next = files;
		files = f;
	}
	free(f->data);
	f->data = data;
	f->size = size;
	pthread_mutex_unlock(&lock);
}

static int put(struct incoming *in, const char *name, long size)
{
	char answer[32], *data = malloc(size + 1);
	long i;

	for (i = 0; i < size; i++) {
		int c = next_octet(in);

		if (c < 0) { /* not whole: forget it */
			free(data);
			return -1;
		}
		data[i] = c;
	}
	if (!good_name(name)) {
		free(data);
		return send_all(in->fd, "ERR\n", 4);
	}
	store(name, data, size);
	return send_all(in->fd, answer, sprintf(answer, "OK %ld\n", size));
}

static int get(struct incoming *in, const char *name)
{
	char *copy = NULL;
	long size = 0;
	int head, bad;
	struct file *f;

	pthread_mutex_lock(&lock);
	f = find(name);
	if (f) {
		copy = malloc(f->size + 32);
		head = sprintf(copy, "OK %ld\n", f->size);
		memcpy(copy + head, f->data, f->size);
		size = head + f->size;
	}
	pthread_mutex_unlock(&lock);
	if (!copy)
		return send_all(in->fd, "ERR\n", 4);
	bad = send_all(in->fd, copy, size);
	free(copy);
	return bad;
}

static int request(struct incoming *in)
{
	char line[LONGEST], name[LONGEST], rest;
	size_t n = 0;
	long size;
	int c;

	while ((c = next_octet(in)) != '\n') {
		if (c < 0 || n == sizeof line - 1)
			return -1;
		line[n++] = c;
	}
	line[n] = 0;
	if (sscanf(line, "PUT %s %ld%c", name, &size, &rest) == 2 && size >= 0 && size <= LARGEST)
		return put(in, name, size);
	if (sscanf(line, "GET %s%c", name, &rest) == 1)
		return get(in, name);
	return send_all(in->fd, "ERR\n", 4);
}

static void *serve(void *arg)
{
	struct incoming in = { .fd = *(int *)arg };

	free(arg);
	while (request(&in) == 0)
		;
	close(in.fd);
	return NULL;
}

int main(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct sockaddr_in me;

	signal(SIGPIPE, SIG_IGN); /* or a client that has gone ends the server */
	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(s, (struct sockaddr *)&me, sizeof me) < 0 || listen(s, 16) < 0) {
		perror("listen");
		return 1;
	}
	for (;;) {
		pthread_t t;
		int *fd = malloc(sizeof *fd);

		*fd = accept(s, NULL, NULL);
		if (*fd < 0 || pthread_create(&t, NULL, serve, fd) != 0) {
			perror("accept");
			free(fd);
			continue;
		}
		pthread_detach(t);
	}
}
