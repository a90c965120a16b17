// net: a container with network interfaces of its own, connected to the host by a veth pair.
//
// Run: sudo build/net, and in its shell: ip address; ping -c 1 ADDRESS; exit
//      ADDRESS is the host's: one less than that of eth0.
// See: lo and eth0, and none of the host's interfaces. On the host, the other end is nslabs0, or the next free number.
// Read: network_namespaces(7), veth(4), netdevice(7), ip-link(8)
#include "container.h"
#include "veth.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *hostname = "container";
// This memory is shared: the host chooses the addresses after the clone, when all else is a copy.
static struct veth *veth;

// Runs on the host while the container waits. A veth pair is a virtual cable: what is sent into one
// end comes out of the other, and the two ends can be in different network namespaces.
static void prepare_host(pid_t pid)
{
	veth_create(veth, pid); // exercise net.veth: connect the host with the container
	// exercise net.host-address: give the host's end its address {
	interface_configure(veth->host_name, veth->host_address);
	// }
}

static int container_main(char *command[])
{
	say("In the container process!");

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
	// A new network namespace has only this interface, and it is down (netdevice(7)).
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &loopback) == -1)
		die("bring up lo");
	// }
	// exercise net.container-address: give the container's end its address {
	interface_configure(veth->container_name, veth->container_address);
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main, .prepare = prepare_host};

	container.command = parse_command(
		argc, argv,
		N_("Run COMMAND in a container with a network of its own, connected to the host."),
		NULL);

	container.flags |= CLONE_NEWUTS; // exercise uts.flag: ask for a new UTS namespace
	container.flags |= CLONE_NEWIPC; // exercise ipc.flag: ask for a new IPC namespace
	container.flags |= CLONE_NEWPID; // exercise pid.flag: ask for a new PID namespace
	container.flags |= CLONE_NEWNS;  // exercise mount.flag: ask for a new mount namespace
	container.flags |= CLONE_NEWNET; // exercise net.flag: ask for a new network namespace

	veth = mmap(NULL, sizeof *veth, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (veth == MAP_FAILED)
		die("mmap shared memory");

	say("Program started");
	return container_run(&container);
}
