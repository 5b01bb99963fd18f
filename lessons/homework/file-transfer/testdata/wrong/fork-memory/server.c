#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct file { char name[100], *data; int size; } files[100];
int count;

struct file *find(char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

void serve(FILE *in, FILE *out)
{
	char line[200], name[200];
	int size;

	while (fgets(line, sizeof line, in)) {
		struct file *f;

		if (sscanf(line, "PUT %s %d", name, &size) == 2) {
			char *data = malloc(size + 1);

			if (fread(data, 1, size, in) != (size_t)size)
				return;
			if (strchr(name, '/') || name[0] == '.') {
				fprintf(out, "ERR\n");
			} else {
				if (!(f = find(name)))
					f = &files[count++];
				strcpy(f->name, name);
				f->data = data;
				f->size = size;
				fprintf(out, "OK %d\n", size);
			}
		} else if (sscanf(line, "GET %s", name) == 1 && (f = find(name))) {
			fprintf(out, "OK %d\n", f->size);
			fwrite(f->data, 1, f->size, out);
		} else {
			fprintf(out, "ERR\n");
		}
		fflush(out);
	}
}

int main(void)
{
	int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct sockaddr_in me;

	signal(SIGCHLD, SIG_IGN);
	memset(&me, 0, sizeof me);
	me.sin_family = AF_INET;
	me.sin_port = htons(8888);
	me.sin_addr.s_addr = htonl(INADDR_ANY);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bind(s, (struct sockaddr *)&me, sizeof me);
	listen(s, 5);
	while (1) {
		int c = accept(s, NULL, NULL);

		if (fork() == 0) {
			close(s);
			serve(fdopen(c, "r"), fdopen(dup(c), "w"));
			exit(0);
		}
		close(c);
	}
}
