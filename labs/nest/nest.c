// nest: a container that clones a container, to any depth that the kernel allows.
//
// Run: build/nest --depth 3, and in its shell: echo $$; ps -e; exit
// See: one process has a PID in its own PID namespace and in each one around it.
// Read: pid_namespaces(7) and user_namespaces(7), "Nesting"; proc(5), NSpid
#include "container.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *hostname = "container";
static uid_t uid;
static gid_t gid;
static struct container container; // each level's: they are all made alike
static int depth;                  // how many are still to be made

// The host's /proc: it shows the PIDs of every level, a container's own /proc those from it on.
static int host_proc;

// Say which PIDs this process has, from the host's down to its own.
static void say_pids(void)
{
	char path[64], line[1024];

	snprintf(path, sizeof path, "/proc/self/fd/%d/self/status", host_proc);
	FILE *status = fopen(path, "re");
	if (!status)
		die("open %s", path);
	while (fgets(line, sizeof line, status))
		if (strncmp(line, "NSpid:", strlen("NSpid:")) == 0)
			say("PIDs, from the host's down to its own:%s", strtok(line + 6, "\n"));
	fclose(status);
}

static int container_main(void *arg)
{
	say("In the container process!");

	// exercise user.setgroups: give up setgroups(2), the condition for a gid_map {
	write_text("/proc/self/setgroups", "deny");
	// }
	// exercise user.uid_map: be root inside, who is the caller outside {
	write_text("/proc/self/uid_map", "0 %u 1", uid);
	// }
	// exercise user.gid_map: the same for the group {
	write_text("/proc/self/gid_map", "0 %u 1", gid);
	// }
	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }
	// exercise mount.private: keep the mounts to come from reaching the host {
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		die("make / private");
	// }
	// exercise mount.proc: mount a /proc that shows this PID namespace {
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
	// }
	// exercise net.loopback: bring up the loopback interface {
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &loopback) == -1)
		die("bring up lo");
	// }

	// exercise nest.pids: say which PIDs this process has {
	say_pids();
	// }
	// exercise nest.inner: make the next container in this one {
	if (--depth > 0) {
		uid = gid = 0; // who we are in here, and so the next one's caller
		return container_run(&container);
	}
	// }

	exec_command(arg);
}

int main(int argc, char *argv[])
{
	const char *levels = "2";
	const struct lab_option option = {
		"depth", "N", N_("how many containers, one in another (default 2)"), &levels};

	container.main = container_main;
	container.arg = parse_command(argc, argv, N_("Run COMMAND in a container in a container."),
				      &option);
	depth = parse_number("--depth", levels, 1, 1000);
	host_proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host_proc == -1)
		die("open /proc");

	// exercise uts.flag: ask for a new UTS namespace {
	container.flags |= CLONE_NEWUTS;
	// }
	// exercise ipc.flag: ask for a new IPC namespace {
	container.flags |= CLONE_NEWIPC;
	// }
	// exercise pid.flag: ask for a new PID namespace {
	container.flags |= CLONE_NEWPID;
	// }
	// exercise mount.flag: ask for a new mount namespace {
	container.flags |= CLONE_NEWNS;
	// }
	// exercise net.flag: ask for a new network namespace {
	container.flags |= CLONE_NEWNET;
	// }
	// exercise user.flag: ask for a new user namespace {
	container.flags |= CLONE_NEWUSER;
	// }

	uid = geteuid();
	gid = getegid();

	say("Program started");
	return container_run(&container);
}
