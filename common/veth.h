// The network of a container: a veth pair to its host, spoken to the kernel by netlink.
#ifndef VETH_H
#define VETH_H

#include <net/if.h>
#include <netinet/in.h>
#include <sys/types.h>

// A pair, and the /30 that is its own: two addresses and nothing else.
struct veth {
	char host_name[IFNAMSIZ];      // the host's end: nslabs0, nslabs1, ...
	char container_name[IFNAMSIZ]; // the container's end: eth0
	struct in_addr host_address;
	struct in_addr container_address;
};

// Make a pair between this network namespace and that of the process `container`, which must be
// another one, and fill in `veth`. Both ends are down and have no address yet. When either
// namespace ends, so does the pair.
void veth_create(struct veth *veth, pid_t container);

// Make the two ends alone: "nslabs" and a number here, with the index `index`, and `peer_name` in the
// network namespace of `peer_process`. Returns -1 with errno if they can't be made.
int veth_add_pair(const char *peer_name, int index, pid_t peer_process);

// Give `address`/30 to the interface `name` of this network namespace and bring it up.
void interface_configure(const char *name, struct in_addr address);

#endif
