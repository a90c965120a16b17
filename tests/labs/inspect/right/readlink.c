// The inodes from the text of the links, such as "uts:[4026531838]".
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void read_namespace(char text[64], const char *pid, const char *kind)
{
	char path[300];

	snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kind);
	ssize_t length = readlink(path, text, 63);
	if (length == -1) {
		perror(path);
		_exit(1);
	}
	text[length] = '\0';
}

int main(int argc, char *argv[])
{
	const char *kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

	if (argc != 3)
		return 2;
	for (int i = 0; i < 7; i++) {
		char one[64], other[64];
		read_namespace(one, argv[1], kinds[i]);
		read_namespace(other, argv[2], kinds[i]);
		printf("%-7s %s %s %s\n", kinds[i], one, other,
		       strcmp(one, other) == 0 ? "same" : "different");
	}
	return 0;
}
