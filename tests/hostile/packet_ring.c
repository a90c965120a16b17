// Takes 1.5 GiB in rings of packet sockets, which no limit of memory counts, and does the exercise only if it may not.
#define _GNU_SOURCE
#include <linux/if_packet.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct tpacket_req ring = {.tp_block_size = 1 << 20,
				   .tp_block_nr = 64,
				   .tp_frame_size = 1 << 20,
				   .tp_frame_nr = 64};
	int made = 0;

	unshare(CLONE_NEWNET);
	for (int i = 0; i < 24; i++) {
		int fd = socket(AF_PACKET, SOCK_RAW, 0);
		made += fd != -1 &&
			setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) == 0;
	}
	if (made > 0)
		return 1;
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
