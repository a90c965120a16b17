// Fills the buffers of sockets: local ones with descriptors on their way, and netlink's, which no limit counts.
#define _GNU_SOURCE
#include <linux/netlink.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char block[150 << 10];

// Send this descriptor along with the block.
static int send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof fd)] = "";
	struct iovec text = {block, sizeof block};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	return sendmsg(socket, &message, MSG_DONTWAIT);
}

// Have a netlink socket send to itself until it takes no more.
static void fill(int netlink)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	socklen_t length = sizeof self;

	bind(netlink, (struct sockaddr *)&self, length);
	getsockname(netlink, (struct sockaddr *)&self, &length);
	while (sendto(netlink, block, sizeof block, MSG_DONTWAIT, (struct sockaddr *)&self,
		      length) > 0)
		;
}

int main(void)
{
	int ends[2];

	unshare(CLONE_NEWNET);
	for (int i = 0; i < 6; i++)
		fork();
	// What is on its way needs no descriptor of its own any more.
	for (int i = 0; i < 100 && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0; i++) {
		while (send_fd(ends[0], ends[1]) > 0 ||
		       send(ends[0], block, 1000, MSG_DONTWAIT) > 0)
			;
		close(ends[0]);
		close(ends[1]);
	}
	int netlink;
	while ((netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)) != -1)
		fill(netlink);
	for (;;)
		pause();
}
