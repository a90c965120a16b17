// overlay: a container with a system of its own to change, made of an image that stays as it is.
//
// Run: sudo build/overlay, and in its shell: echo hello >/file; rm /etc/motd; ls / /etc; exit
//      On the host: sudo ls -l build/layer/upper/ build/layer/upper/etc; ls build/image/etc
// See: what was written is in the upper layer, with a whiteout for what was removed. The image is as
//      it was, so another container starts from the same files.
// Read: "Overlay Filesystem" in the kernel's documentation, mount(8), flock(2), pivot_root(2)
#include "container.h"
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *image, *layer;

static void make_directory(int parent, const char *path)
{
	if (mkdirat(parent, path, 0755) == -1 && errno != EEXIST)
		die("make %s", path);
}

// On the host, before the container starts: make the layer's directories, or find them.
static void open_layer(pid_t pid)
{
	(void)pid;
	make_directory(AT_FDCWD, layer);
	int fd = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		die("open the layer %s", layer);
	// exercise overlay.lock: keep other containers away from the layer {
	// Two containers that write into one layer spoil it, and the kernel only warns in its log.
	// The lock lasts until this program ends, and the container ends with it.
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		die("lock %s", layer);
	// }
	// exercise overlay.directories: make the upper layer, and a work directory for the kernel {
	make_directory(fd, "upper");
	make_directory(fd, "work");
	// }
}

static int container_main(char *command[])
{
	char options[3 * PATH_MAX];

	say("In the container process!");
	set_up_base();

	// exercise overlay.mount: mount the image and the upper layer as one, on the image {
	// Overlayfs stores notes as attributes of files. Without userxattr, it uses attributes that
	// only the machine's root may set.
	snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr",
		 image, layer, layer);
	if (mount("overlay", image, "overlay", 0, options) == -1)
		die("mount the layers %s", options);
	// }
	// The kernel has made this directory with the mode 000. An ordinary user could never look
	// into it, and so never remove the layer.
	snprintf(options, sizeof options, "%s/work/work", layer);
	if (chmod(options, 0700) == -1)
		die("change the mode of %s", options);
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
		{"image", "DIR", N_("the lower layer (default: what scripts/image makes)"), &image},
		{"layer", "DIR",
		 N_("where the container's own layer is kept (default: beside the image)"), &layer},
		{NULL}};
	struct container container = {.main = container_main, .prepare = open_layer, .flags = BASE};

	image = default_image();
	layer = default_layer();
	container.command = parse_command(
		argc, argv,
		N_("Run COMMAND in a container that shares an image, and leaves it as it is."),
		options);

	say("Program started");
	return container_run(&container);
}
