// Has 40 processes whose command line is 80 MB long, for whoever reads it, and does the exercise only if it may not.
#define _GNU_SOURCE
#include <linux/prctl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LENGTH = 80 << 20 };

static int lengthen(void)
{
	char *words =
		mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long code, code_end, data, data_end, brk, stack;
	char line[4096];
	FILE *file = fopen("/proc/self/stat", "r");

	// Fields 26 to 28 and 45 to 47 of proc(5).
	if (!file || !fgets(line, sizeof line, file) ||
	    sscanf(line,
		   "%*d (%*[^)]) %*c"
		   " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
		   " %*s %*s %*s %*s %lu %lu %lu",
		   &code, &code_end, &stack) != 3)
		return -1;
	data = data_end = brk = (unsigned long)sbrk(0) & ~4095UL;
	struct prctl_mm_map map = {.start_code = code,
				   .end_code = code_end,
				   .start_data = data,
				   .end_data = data_end,
				   .start_brk = brk,
				   .brk = brk,
				   .start_stack = stack,
				   .arg_start = (unsigned long)words,
				   .arg_end = (unsigned long)words + LENGTH,
				   .env_start = (unsigned long)words,
				   .env_end = (unsigned long)words + 1,
				   .exe_fd = -1};
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0);
}

int main(void)
{
	if (lengthen() == 0) {
		for (int i = 0; i < 40; i++)
			if (fork() == 0)
				break;
		for (;;)
			pause();
	}
	perror("PR_SET_MM_MAP");
	if (unshare(CLONE_NEWUTS) == -1 || sethostname("container", 9) == -1)
		return 1;
	execl("/bin/bash", "bash", NULL);
	return 1;
}
