// user: a container whose root is an ordinary user outside. It needs no privilege at all.
//
// Run: build/user, without sudo, and in its shell: id; cat /proc/self/uid_map; exit
// See: uid 0 inside, your own id outside. The flags of all earlier labs come free with it. The
//      network has loopback only, since you have no right to add an interface to the host's.
// Read: user_namespaces(7), credentials(7), capabilities(7)
#include "container.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *hostname = "container";
// The caller's ids. In the new namespace they can't be asked for before they are mapped.
static uid_t uid;
static gid_t gid;

static int container_main(void *arg)
{
	say("In the container process!");

	// exercise user.setgroups: give up setgroups(2), the condition for a gid_map {
	write_text("/proc/self/setgroups", "deny");
	// }
	// exercise user.uid_map: be root inside, who is the caller outside {
	// The first id inside, the first id outside, and how many.
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

	exec_command(arg);
}

int main(int argc, char *argv[])
{
	struct container container = {
		.main = container_main,
		.arg = parse_command(
			argc, argv,
			N_("Run COMMAND as root of a container that an ordinary user can make."),
			NULL),
	};

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
