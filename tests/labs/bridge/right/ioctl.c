// The bridge is made by ioctl(2), as brctl(8) did it; the cables by ip(8). The host is a process beside the containers.
#define _GNU_SOURCE
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static char stacks[3][1 << 16] __attribute__((aligned(16)));
static int ready[2];

static void require(int succeeded, const char *what)
{
	if (!succeeded) {
		perror(what);
		exit(1);
	}
}

static void run(const char *format, long number)
{
	char line[512];

	snprintf(line, sizeof line, format, number);
	require(system(line) == 0, line);
}

static int be_container(void *number)
{
	char byte;

	close(ready[1]);
	read(ready[0], &byte, 1); // the end of file: all cables are there
	run("ip link set lo up && ip link set e0 up && ip address add 198.18.9.%ld/24 dev e0 && "
	    "ip route add default via 198.18.9.1",
	    (long)number);
	if ((long)number == 2)
		pause();
	execl("/bin/bash", "bash", (char *)NULL);
	return 1;
}

static int be_host(void *containers)
{
	pid_t *pid = containers;
	int any_socket = socket(AF_INET, SOCK_DGRAM, 0);
	struct ifreq request = {.ifr_name = "lan"};

	close(ready[0]);
	require(ioctl(any_socket, SIOCBRADDBR, "lan") == 0, "SIOCBRADDBR");
	for (int i = 0; i < 2; i++) {
		run("ip link add veth%1$ld up type veth peer name e0 netns %1$ld", pid[i]);
		snprintf(request.ifr_name, IFNAMSIZ, "veth%d", pid[i]);
		require(ioctl(any_socket, SIOCGIFINDEX, &request) == 0, "SIOCGIFINDEX");
		strcpy(request.ifr_name, "lan");
		require(ioctl(any_socket, SIOCBRADDIF, &request) == 0, "SIOCBRADDIF");
	}
	run("ip address add 198.18.9.%ld/24 dev lan && ip link set lan up", 1);
	close(ready[1]);
	return pause();
}

int main(void)
{
	pid_t pids[2];

	require(pipe(ready) == 0, "pipe");
	for (long i = 0; i < 2; i++) {
		pids[i] = clone(be_container, stacks[i] + sizeof stacks[i], CLONE_NEWNET | SIGCHLD,
				(void *)(i + 2));
		require(pids[i] != -1, "clone");
	}
	pid_t host = clone(be_host, stacks[2] + sizeof stacks[2], CLONE_NEWNET | SIGCHLD, pids);
	close(ready[1]);
	waitpid(pids[1], NULL, 0);
	kill(host, SIGKILL);
	kill(pids[0], SIGKILL);
	while (wait(NULL) > 0)
		continue;
	return 0;
}
