// bridge: two containers on one bridge, as on a switch, and a third one that plays their host.
//
// Run: sudo build/bridge, and in its shell: ip route; ping -c 1 198.18.0.2; ping -c 1 198.18.0.1; exit
// See: the neighbour and the host answer. Both are containers: the machine's own network is as it was.
// Read: network_namespaces(7), veth(4), ip-link(8), bridge(8)
#include "container.h"
#include "steps.h"
#include "veth.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char *bridge = "bridge0";

// The last byte of an address in 198.18.0.0/24, which no other network uses (RFC 2544).
enum { HOST = 1, NEIGHBOUR = 2, OWN = 3, PREFIX_LENGTH = 24 };

static int number;   // the last byte of the address of the container that is being made
static int ready[2]; // a pipe: the neighbour writes a byte when it has its address

static struct in_addr address_of(int last_byte)
{
	return (struct in_addr){htonl(198U << 24 | 18U << 16 | (unsigned int)last_byte)};
}

// Runs in the container that plays the host, while the container waits.
static void plug_in(pid_t pid)
{
	// exercise bridge.port: plug the container into the bridge {
	bridge_connect(bridge, "eth0", pid);
	// }
}

static void set_up_network(void)
{
	bring_up_loopback();
	// exercise bridge.address: give the container its address {
	interface_set_address("eth0", address_of(number), PREFIX_LENGTH);
	// }
	// exercise bridge.route: send all that isn't for the neighbours to the host {
	route_add_default(address_of(HOST));
	// }
}

static int neighbour_main(char *command[])
{
	(void)command;
	set_up_base();
	set_up_network();
	if (write(ready[1], "!", 1) == -1)
		die("write to the host");
	return pause();
}

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();
	set_up_network();
	return exec_command(command);
}

// Have a child make the neighbour and wait for it, and wait until the neighbour answers.
static void make_neighbour(void)
{
	const struct container neighbour = {
		.main = neighbour_main, .prepare = plug_in, .flags = BASE | CLONE_NEWNET};
	char byte;

	number = NEIGHBOUR;
	if (pipe2(ready, O_CLOEXEC) == -1)
		die("pipe");
	pid_t child = fork();
	if (child == -1)
		die("fork");
	if (child == 0)
		exit(container_run(&neighbour));
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		exit(EXIT_OWN_FAILURE); // The neighbour has said why.
}

static int host_main(char *command[])
{
	struct container container = {.main = container_main,
				      .prepare = plug_in,
				      .flags = BASE | CLONE_NEWNET,
				      .command = command};

	set_up_base();
	// exercise bridge.create: make the bridge, with the host's address {
	// To the host, a bridge is an interface as well: its own way to the containers.
	bridge_create(bridge);
	interface_set_address(bridge, address_of(HOST), PREFIX_LENGTH);
	// }
	make_neighbour();
	number = OWN;
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
