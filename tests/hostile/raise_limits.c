// Lifts its limits, and does the exercise only if one could be lifted.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

int main(void)
{
	struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	int sysctl = open("/proc/sys/kernel/core_pattern", O_WRONLY);

	if (setrlimit(RLIMIT_NPROC, &none) == -1 && setrlimit(RLIMIT_AS, &none) == -1 &&
	    setrlimit(RLIMIT_CORE, &none) == -1 && sysctl == -1)
		return 1;
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
