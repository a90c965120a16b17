// nest: a container that makes a container, as deep as the kernel allows.
//
// Run: build/nest --depth 3, and in its shell: echo $$; ps -e; exit
// See: one process has a PID in its own PID namespace and in each one around it.
// Read: pid_namespaces(7) and user_namespaces(7), "Nesting"; proc(5), NSpid
#include "container.h"

#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *hostname = "container";
static uid_t uid; // the ids that become 0 in the next container
static gid_t gid;
static struct container container; // the same for every level
static int depth;                  // how many levels are still to be made
static int host_proc;              // the host's /proc: a container's own hides the levels around it

// Say which PIDs this process has, one in each PID namespace that it is in.
static void say_pids(void)
{
	char line[1024], pids[1024];
	int fd = openat(host_proc, "self/status", O_RDONLY | O_CLOEXEC);
	FILE *status = fd == -1 ? NULL : fdopen(fd, "r");

	if (!status)
		die("open the host's /proc/self/status");
	while (fgets(line, sizeof line, status))
		if (sscanf(line, "NSpid:%1023[^\n]", pids) == 1)
			say("PIDs, from the host's down to its own:%s", pids);
	if (ferror(status))
		die("read the host's /proc/self/status");
	fclose(status);
}

static int container_main(char *command[])
{
	say("In the container process!");

	write_text("/proc/self/setgroups", "deny"); // exercise user.setgroups: deny setgroups(2)
	write_text("/proc/self/uid_map", "0 %u 1", uid); // exercise user.uid_map: map 0 to your uid
	write_text("/proc/self/gid_map", "0 %u 1", gid); // exercise user.gid_map: map 0 to your gid
	// exercise uts.hostname: give the container its own hostname {
	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	// }
	// exercise mount.private: keep later mounts from reaching the host {
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
	say_pids(); // exercise nest.pids: say which PIDs this process has
	// exercise nest.inner: make the next container in this one {
	uid = gid = 0; // In here you are root, and root makes the next container.
	if (--depth > 0)
		return container_run(&container);
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const char *levels = "2";
	const struct lab_option options[] = {
		{"depth", "N", N_("how many containers, one in another (default 2)"), &levels},
		{NULL}};

	container.main = container_main;
	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container in a container."), options);
	depth = parse_number("--depth", levels, 1, 1000);
	uid = geteuid();
	gid = getegid();
	host_proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (host_proc == -1)
		die("open /proc");

	container.flags |= CLONE_NEWUTS;  // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC;  // exercise ipc.flag: ask for a new IPC namespace
	container.flags |= CLONE_NEWPID;  // exercise pid.flag: ask for a new PID namespace
	container.flags |= CLONE_NEWNS;   // exercise mount.flag: ask for a new mount namespace
	container.flags |= CLONE_NEWNET;  // exercise net.flag: ask for a new network namespace
	container.flags |= CLONE_NEWUSER; // exercise user.flag: ask for a new user namespace

	say("Program started");
	return container_run(&container);
}
