// Has unshare(1) do the exercise.
#include <unistd.h>

int main(void)
{
	execl("/usr/bin/unshare", "unshare", "--uts", "sh", "-c", "hostname container; exec bash",
	      NULL);
	return 1;
}
