#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct file { char name[100], *data; } files[100];
int count;
pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct file *find(char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

void *serve(void *arg)
{
	int fd = *(int *)arg, size;
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char line[200], name[200];

	while (fgets(line, sizeof line, in)) {
		struct file *f;

		if (sscanf(line, "PUT %s %d", name, &size) == 2) {
			char *data = calloc(1, size + 1);

			if (fread(data, 1, size, in) != (size_t)size)
				break;
			if (strchr(name, '/') || name[0] == '.') {
				fprintf(out, "ERR\n");
			} else {
				pthread_mutex_lock(&lock);
				if (!(f = find(name)))
					f = &files[count++];
				strcpy(f->name, name);
				f->data = strdup(data);
				pthread_mutex_unlock(&lock);
				fprintf(out, "OK %d\n", size);
			}
		} else if (sscanf(line, "GET %s", name) == 1 && (f = find(name))) {
			fprintf(out, "OK %zu\n%s", strlen(f->data), f->data);
		} else {
			fprintf(out, "ERR\n");
		}
		fflush(out);
	}
	fclose(in);
	fclose(out);
	return NULL;
}

int main(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct sockaddr_in me;

	signal(SIGPIPE, SIG_IGN);
	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bind(s, (struct sockaddr *)&me, sizeof me);
	listen(s, 5);
	while (1) {
		int *c = malloc(sizeof *c);
		pthread_t t;

		*c = accept(s, NULL, NULL);
		pthread_create(&t, NULL, serve, c);
		pthread_detach(t);
	}
}
