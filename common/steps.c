// The steps of part one. sethostname(2), mount_namespaces(7), proc(5), netdevice(7)
#include "steps.h"
#include "message.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

void set_up_base(void)
{
	const char *hostname = "container";

	if (sethostname(hostname, strlen(hostname)) == -1)
		die("sethostname %s", hostname);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1)
		die("make / private");
	mount_proc();
}

void mount_proc(void)
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
}

void bring_up_loopback(void)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &loopback) == -1)
		die("bring up lo");
	close(fd);
}
