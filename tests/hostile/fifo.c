// Puts pipes that nobody writes to in the place of files that might be read, and waits at one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	mkfifo("/tmp/uts", 0666);
	mkfifo("/dev/shm/results.json", 0666);
	unlink("/nslabs/build/uts");
	mkfifo("/nslabs/build/uts", 0777);
	return open("/tmp/uts", O_RDONLY);
}
