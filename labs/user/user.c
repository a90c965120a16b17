// user: a container whose root is an ordinary user outside. To make it, you need no privilege at all.
//
// Run: build/user, without sudo, and in its shell: id; cat /proc/self/uid_map; exit
// See: you are root inside, and still yourself outside. The flags of all earlier labs work without
//      sudo. The network has loopback only, because you may not add an interface to the host's network.
// Read: user_namespaces(7), credentials(7), capabilities(7)
#include "container.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *hostname = "container";
// Your own ids, read before the clone: in the new namespace geteuid(2) returns 65534 until they are
// mapped.
static uid_t uid;
static gid_t gid;

static int container_main(char *command[])
{
	say("In the container process!");

	// The kernel accepts your gid_map only when setgroups(2) is denied. Otherwise you could leave a
	// group, and open a file that is closed to its members.
	write_text("/proc/self/setgroups", "deny"); // exercise user.setgroups: deny setgroups(2)
	// A line of a map is: first id inside, first id outside, how many. You may map only your own id.
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

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main};

	container.command = parse_command(
		argc, argv,
		N_("Run COMMAND as root of a container that an ordinary user can make."), NULL);

	container.flags |= CLONE_NEWUTS;  // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC;  // exercise ipc.flag: ask for a new IPC namespace
	container.flags |= CLONE_NEWPID;  // exercise pid.flag: ask for a new PID namespace
	container.flags |= CLONE_NEWNS;   // exercise mount.flag: ask for a new mount namespace
	container.flags |= CLONE_NEWNET;  // exercise net.flag: ask for a new network namespace
	container.flags |= CLONE_NEWUSER; // exercise user.flag: ask for a new user namespace

	uid = geteuid();
	gid = getegid();

	say("Program started");
	return container_run(&container);
}
