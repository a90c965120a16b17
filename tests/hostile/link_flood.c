// Makes network interfaces without end, which the kernel removes one by one when it is killed.
#define _GNU_SOURCE
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct rtattr info, kind;
		char name[8];
	} request = {.header = {.nlmsg_len = sizeof request,
				.nlmsg_type = RTM_NEWLINK,
				.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE},
		     .info = {sizeof(struct rtattr) * 2 + 8, IFLA_LINKINFO},
		     .kind = {sizeof(struct rtattr) + 5, IFLA_INFO_KIND},
		     .name = "veth"};

	unshare(CLONE_NEWNET);
	int netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	for (;;)
		send(netlink, &request, sizeof request, 0);
}
