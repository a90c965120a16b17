// fork(2) and unshare(2), and the host's end in a bridge that has the address.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	int ready[2], go[2];
	char byte = 0, command[256];

	if (pipe(ready) == -1 || pipe(go) == -1)
		return 1;
	pid_t child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWNET) == -1)
			return 1;
		write(ready[1], &byte, 1);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			return 1;
		if (system("ip link set lo up && ip address add 172.30.5.2/16 dev eth9 && ip link "
			   "set eth9 up"))
			return 1;
		execl("/bin/bash", "bash", NULL);
		return 1;
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		return 1;
	snprintf(command, sizeof command,
		 "ip link add br9 type bridge && ip address add 172.30.0.1/16 dev br9 && ip link "
		 "set br9 up &&"
		 "ip link add veth9 type veth peer name eth9 netns %d && ip link set veth9 master "
		 "br9 up",
		 child);
	if (system(command))
		return 1;
	write(go[1], &byte, 1);
	waitpid(child, NULL, 0);
	return system("ip link del br9") != 0;
}
