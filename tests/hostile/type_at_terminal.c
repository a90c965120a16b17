// Types a command at the terminal of whoever started it, if it can reach that. Then it does the exercise.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	const char *command = "touch /tmp/typed\n";
	int terminals[] = {0, 1, 2, open("/dev/tty", O_RDWR), open("/dev/console", O_RDWR)};

	for (int i = 0; i < 5; i++)
		for (const char *c = command; *c; c++)
			ioctl(terminals[i], TIOCSTI, c);
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
