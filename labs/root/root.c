// root: a container with a root directory of its own, out of which no way leads back.
//
// Run: sudo build/root, and in its shell: cat /etc/os-release; ls /; exit
// See: the files of another system. The host's are gone from the container, not only out of sight.
// Read: chroot(2), pivot_root(2), mount_namespaces(7)
#include "container.h"
#include "steps.h"

#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *image;

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();

	// exercise root.bind: make the image a mount {
	// pivot_root(2) exchanges mounts. A directory that is bound to itself is one. MS_REC: in a
	// user namespace, nothing that is mounted below may be left out.
	if (mount(image, image, NULL, MS_BIND | MS_REC, NULL) == -1)
		die("bind %s", image);
	// }
	// Only now: before, this path led to the directory below the mount.
	if (chdir(image) == -1)
		die("enter %s", image);
	bind_devices();
	// exercise root.proc: mount a /proc in the image {
	// Now, since a user namespace gets one only as long as another one is to be seen.
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
	// }
	// exercise root.pivot: make the image the root, with the old root on top of it {
	// With a directory of its own for the old root, something would be written into the image.
	if (syscall(SYS_pivot_root, ".", ".") == -1)
		die("pivot_root to %s", image);
	// }
	// exercise root.detach: take the old root away {
	// MNT_DETACH: with all that is mounted below, and although it is in use.
	if (umount2(".", MNT_DETACH) == -1)
		die("detach the old root");
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const struct lab_option options[] = {
		{"image", "DIR", N_("the root directory (default: what scripts/image makes)"),
		 &image},
		{NULL}};
	struct container container = {.main = container_main, .flags = BASE};

	image = default_image();
	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with a root directory of its own."),
		options);

	say("Program started");
	return container_run(&container);
}
