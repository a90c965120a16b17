// The steps of part one. sethostname(2), mount_namespaces(7), proc(5), netdevice(7)
#include "steps.h"
#include "message.h"

#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
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
	static char beside[PATH_MAX + sizeof "/image"], cached[PATH_MAX];
	const uid_t nobody = 65534; // In a user namespace, the owner of what is another user's.
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	ssize_t length = readlink("/proc/self/exe", beside, PATH_MAX);
	struct stat image;

	if (length == -1)
		die("read /proc/self/exe");
	beside[length] = '\0';
	strcpy(strrchr(beside, '/'), "/image");
	if (cache && *cache)
		snprintf(cached, sizeof cached, "%s/nslabs/image", cache);
	else
		snprintf(cached, sizeof cached, "%s/.cache/nslabs/image", home ? home : "");
	if (stat(beside, &image) == 0 && image.st_uid != nobody)
		return beside;
	return access(cached, F_OK) == 0 ? cached : beside;
}

const char *default_layer(void)
{
	static char path[PATH_MAX + sizeof "/image"];

	strcpy(path, default_image());
	strcpy(strrchr(path, '/'), "/layer");
	return path;
}
