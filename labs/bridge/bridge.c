// bridge: two containers on one bridge, as on a switch, in a third one that plays their host.
//
// Run: sudo build/bridge, and in its shell: ip route; ping -c 1 198.18.0.2; ping -c 1 198.18.0.1; exit
// See: the neighbour answers, and so does the host. The machine's own network takes no part in it.
// Read: veth(4), ip-link(8), bridge(8), ip-route(8), network_namespaces(7)
#include "container.h"
#include "steps.h"
#include "veth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *bridge = "bridge0";

// One network of a range that is set aside for tests (RFC 2544), so no other network should use it.
static const char *host_address = "198.18.0.1", *neighbour_address = "198.18.0.2",
		  *own_address = "198.18.0.3";
enum { PREFIX_LENGTH = 24 };

// A pipe, by which the neighbour says that it is ready.
static int ready[2];

// Runs in the host while a container waits, once for each.
static void plug_in(pid_t pid)
{
	bridge_connect(bridge, "eth0", pid); // exercise bridge.port: plug the container in
}

static void set_up_network(const char *address)
{
	bring_up_loopback();
	// exercise bridge.address: give the container its address {
	interface_set_address("eth0", address, PREFIX_LENGTH);
	// }
	// exercise bridge.route: send all that isn't for the neighbours to the host {
	route_add_default(host_address);
	// }
}

static int neighbour_main(char *command[])
{
	(void)command;
	say("In the neighbour's process!");
	set_up_base();
	set_up_network(neighbour_address);
	if (write(ready[1], "!", 1) == -1)
		die("write to the host");
	return pause();
}

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();
	set_up_network(own_address);
	return exec_command(command);
}

// Start the neighbour, and wait until it has its address: so the command can talk to it at once.
static void start_neighbour(void)
{
	const struct container neighbour = {
		.main = neighbour_main, .prepare = plug_in, .flags = BASE | CLONE_NEWNET};
	char byte;

	if (pipe2(ready, O_CLOEXEC) == -1)
		die("pipe");
	// container_run() waits until its container ends. A child does that for this one.
	pid_t child = fork();
	if (child == -1)
		die("fork");
	if (child == 0)
		exit(container_run(&neighbour));
	close(ready[1]);
	ssize_t length = read(ready[0], &byte, 1);
	if (length == -1)
		die("read from the neighbour");
	if (length == 0) // It has said why.
		exit(EXIT_OWN_FAILURE);
}

static int host_main(char *command[])
{
	const struct container container = {.main = container_main,
					    .prepare = plug_in,
					    .flags = BASE | CLONE_NEWNET,
					    .command = command};

	say("In the host's process!");
	set_up_base();
	bridge_create(bridge); // exercise bridge.create: make the bridge
	// exercise bridge.host-address: give the host its address on the bridge {
	// To the host, the bridge is an interface as well.
	interface_set_address(bridge, host_address, PREFIX_LENGTH);
	// }
	start_neighbour();
	return container_run(&container);
}

int main(int argc, char *argv[])
{
	struct container host = {.main = host_main, .flags = BASE | CLONE_NEWNET};

	host.command = parse_command(argc, argv,
				     N_("Run COMMAND in one of two containers on a bridge."), NULL);

	say("Program started");
	return container_run(&host);
}
