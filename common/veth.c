// The network of a container, made by netlink: rtnetlink(7), veth(4), libmnl. Each function names the
// ip(8) command that does the same. An error ends the program by die().
#include "veth.h"
#include "container.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_LENGTH = 30, SUBNET_SIZE = 4 };

// 198.18.0.0/15 is set aside for tests between two hosts (RFC 2544), so no real network should use it.
enum { FIRST_SUBNET = 198U << 24 | 18U << 16, SUBNETS = 1 << (PREFIX_LENGTH - 15) };

// Send `request`, and pass each message of the answer to `callback` (NULL if only an acknowledgement
// comes). Returns -1 with errno set, or at least 0.
static int talk(struct nlmsghdr *request, mnl_cb_t callback, void *data)
{
	char buffer[32768]; // The kernel sends a dump in parts of at most this size.
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int result = -1;

	if (!socket)
		return -1;
	request->nlmsg_seq = 1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0)
		result = (int)mnl_socket_sendto(socket, request, request->nlmsg_len);
	while (result > 0) {
		ssize_t length = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
		result = length == -1 ? -1
				      : mnl_cb_run(buffer, length, request->nlmsg_seq,
						   mnl_socket_get_portid(socket), callback, data);
	}
	int error = errno;
	mnl_socket_close(socket);
	errno = error;
	return result;
}

// Begin a request for a new link: of which kind it is must follow.
static struct nlmsghdr *request_link(char buffer[MNL_SOCKET_BUFFER_SIZE], int index,
				     unsigned int flags)
{
	// libmnl doesn't clear the padding after a name.
	struct nlmsghdr *request = mnl_nlmsg_put_header(memset(buffer, 0, MNL_SOCKET_BUFFER_SIZE));
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	link = mnl_nlmsg_put_extra_header(request, sizeof *link);
	link->ifi_index = index;
	link->ifi_flags = link->ifi_change = flags;
	return request;
}

// Add to a request that the link is one end of a veth pair, and what the other end is.
static void put_peer(struct nlmsghdr *request, const char *peer_name, pid_t peer_process)
{
	struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "veth");
	struct nlattr *info_data = mnl_attr_nest_start(request, IFLA_INFO_DATA);
	struct nlattr *peer = mnl_attr_nest_start(request, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(request, IFLA_IFNAME, peer_name);
	mnl_attr_put_u32(request, IFLA_NET_NS_PID, peer_process);
	mnl_attr_nest_end(request, peer);
	mnl_attr_nest_end(request, info_data);
	mnl_attr_nest_end(request, info);
}

// ip link add nslabs%d index INDEX type veth peer name eth0 netns PID
//
// One request makes both ends, with the peer already in the container's namespace. So no kill can
// leave half a pair.
int veth_add_pair(const char *peer_name, int index, pid_t peer_process)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = request_link(buffer, index, 0);

	// The kernel puts the first free number in place of %d.
	mnl_attr_put_strz(request, IFLA_IFNAME, "nslabs%d");
	put_peer(request, peer_name, peer_process);
	return talk(request, NULL, NULL);
}

// ip link add NAME up type bridge
int bridge_add(const char *name)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = request_link(buffer, 0, IFF_UP);

	mnl_attr_put_strz(request, IFLA_IFNAME, name);
	struct nlattr *info = mnl_attr_nest_start(request, IFLA_LINKINFO);
	mnl_attr_put_strz(request, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(request, info);
	return talk(request, NULL, NULL);
}

void bridge_create(const char *name)
{
	if (bridge_add(name) == -1)
		die("add the bridge %s", name);
}

// ip link add nslabs%d up master BRIDGE type veth peer name NAME netns PID
void bridge_connect(const char *bridge, const char *peer_name, pid_t container)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = request_link(buffer, 0, IFF_UP);
	const unsigned int index = if_nametoindex(bridge);

	if (index == 0) // To the kernel, a master of 0 means none.
		die("find the bridge %s", bridge);
	mnl_attr_put_strz(request, IFLA_IFNAME, "nslabs%d");
	mnl_attr_put_u32(request, IFLA_MASTER, index);
	put_peer(request, peer_name, container);
	if (talk(request, NULL, NULL) == -1)
		die("add a veth pair");
}

// A /30, and whether a route leads into it.
struct overlap {
	in_addr_t subnet; // host byte order
	bool found;
};

static int check_route(const struct nlmsghdr *answer, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(answer);
	struct overlap *overlap = data;
	const struct nlattr *attribute;

	// The default route leads everywhere, and so do its parts (a VPN's 128.0.0.0/1).
	if (route->rtm_dst_len < 8)
		return MNL_CB_OK;
	mnl_attr_for_each (attribute, answer, sizeof *route) {
		if (mnl_attr_get_type(attribute) != RTA_DST)
			continue;
		int common_bits =
			route->rtm_dst_len < PREFIX_LENGTH ? route->rtm_dst_len : PREFIX_LENGTH;
		in_addr_t difference = ntohl(mnl_attr_get_u32(attribute)) ^ overlap->subnet;
		overlap->found |= difference >> (32 - common_bits) == 0;
	}
	return MNL_CB_OK;
}

// ip route show table all. Returns whether a route overlaps `subnet`/30.
static bool has_route(in_addr_t subnet)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct overlap overlap = {.subnet = subnet};
	struct rtmsg *route;
	int result;

	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	route = mnl_nlmsg_put_extra_header(request, sizeof *route);
	route->rtm_family = AF_INET;
	do
		result = talk(request, check_route, &overlap);
	while (result == -1 && errno == EINTR); // The routes changed meanwhile.
	if (result == -1)
		die("list the routes");
	return overlap.found;
}

void veth_create(struct veth *veth, pid_t container)
{
	enum { STEP = 1024 };
	int index = container;
	int number;

	// The kernel chooses the name. To find out which, we choose the index: the container's PID, or
	// if an interface has that already, the next free number.
	strcpy(veth->container_name, "eth0");
	while (veth_add_pair(veth->container_name, index, container) == -1) {
		if (errno != EEXIST || index == container + STEP)
			die("add a veth pair");
		index++;
	}
	if (!if_indextoname(index, veth->host_name) ||
	    sscanf(veth->host_name, "nslabs%d", &number) != 1)
		die("find the veth pair's name");

	// Pairs that exist at the same time have different numbers, and so different subnets. A subnet
	// that is in use is given up for one STEP further, which keeps up to STEP pairs apart.
	in_addr_t subnet = FIRST_SUBNET + number % SUBNETS * SUBNET_SIZE;
	for (int tried = 0; has_route(subnet); tried++) {
		errno = EADDRINUSE;
		if (tried == SUBNETS / STEP)
			die("find a free subnet in 198.18.0.0/15");
		number += STEP;
		subnet = FIRST_SUBNET + number % SUBNETS * SUBNET_SIZE;
	}
	veth->host_address.s_addr = htonl(subnet + 1);
	veth->container_address.s_addr = htonl(subnet + 2);
}

// ip link set NAME up
static void interface_up(const char *name)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	link = mnl_nlmsg_put_extra_header(request, sizeof *link);
	link->ifi_index = (int)if_nametoindex(name);
	link->ifi_flags = link->ifi_change = IFF_UP;
	if (link->ifi_index == 0 || talk(request, NULL, NULL) == -1)
		die("bring up %s", name);
}

// ip address add ADDRESS/PREFIX_LENGTH dev NAME, ip link set NAME up
void interface_set_address(const char *name, const char *address, int prefix_length)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	const in_addr_t local = inet_addr(address);
	struct ifaddrmsg *message;

	request->nlmsg_type = RTM_NEWADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	message = mnl_nlmsg_put_extra_header(request, sizeof *message);
	message->ifa_family = AF_INET;
	message->ifa_prefixlen = prefix_length;
	message->ifa_index = if_nametoindex(name);
	mnl_attr_put_u32(request, IFA_LOCAL, local);
	mnl_attr_put_u32(request, IFA_ADDRESS, local);
	if (message->ifa_index == 0 || talk(request, NULL, NULL) == -1)
		die("give %s the address %s", name, address);
	interface_up(name);
}

void interface_configure(const char *name, struct in_addr address)
{
	interface_set_address(name, inet_ntoa(address), PREFIX_LENGTH);
}

// ip route add default via GATEWAY
void route_add_default(const char *gateway)
{
	char buffer[MNL_SOCKET_BUFFER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;

	request->nlmsg_type = RTM_NEWROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	route = mnl_nlmsg_put_extra_header(request, sizeof *route);
	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_protocol = RTPROT_STATIC;
	route->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(request, RTA_GATEWAY, inet_addr(gateway));
	if (talk(request, NULL, NULL) == -1)
		die("add the default route by %s", gateway);
}
