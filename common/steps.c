// The steps of part one. sethostname(2), mount_namespaces(7), proc(5), netdevice(7)
#include "steps.h"
#include "message.h"

#include <limits.h>
#include <net/if.h>
#include <stdio.h>
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

// A container may not make devices of its own: with the right numbers, one would be the host's disk.
void bind_devices(void)
{
	const char *const names[] = {"null", "zero", "full", "random", "urandom", "tty"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char from[32];
		snprintf(from, sizeof from, "/dev/%s", names[i]);
		if (mount(from, from + 1, NULL, MS_BIND, NULL) == -1)
			die("bind %s", from);
	}
}

const char *default_image(void)
{
	static char path[PATH_MAX + sizeof "/image"];
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX);

	if (length == -1)
		die("read /proc/self/exe");
	path[length] = '\0';
	strcpy(strrchr(path, '/'), "/image");
	return path;
}
