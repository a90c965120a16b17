// The network of a container: a veth pair that connects it with its host.
#ifndef VETH_H
#define VETH_H

#include <net/if.h>
#include <netinet/in.h>
#include <sys/types.h>

// A pair and its addresses, the two that a /30 has for hosts. No other pair uses the same /30.
struct veth {
	char host_name[IFNAMSIZ];      // the host's end: nslabs0, nslabs1, ...
	char container_name[IFNAMSIZ]; // the container's end: eth0
	struct in_addr host_address;
	struct in_addr container_address;
};

// Make a pair between this network namespace and another one, that of the process `container`, and
// fill in `veth`. Both ends are down and have no address yet. The pair ends with either namespace.
void veth_create(struct veth *veth, pid_t container);

// Make the two ends alone: "nslabs" and a number here, with the index `index`, and `peer_name` in the
// network namespace of `peer_process`. Returns -1 with errno if they can't be made.
int veth_add_pair(const char *peer_name, int index, pid_t peer_process);

// Make a bridge named `name` in this network namespace, and bring it up.
void bridge_create(const char *name);

// The same, but returns -1 with errno if it can't be made.
int bridge_add(const char *name);

// Make a pair between this network namespace and that of the process `container`: one end is plugged into
// the bridge, and up; the other is called `peer_name`, and still down.
void bridge_connect(const char *bridge, const char *peer_name, pid_t container);

// Send to the address `gateway` whatever no other route of this network namespace leads to.
void route_add_default(const char *gateway);

// Give `address`/`prefix_length` to the interface `name` of this network namespace and bring it up.
void interface_set_address(const char *name, const char *address, int prefix_length);

// Give `address`/30 to the interface `name` of this network namespace and bring it up.
void interface_configure(const char *name, struct in_addr address);

#endif
