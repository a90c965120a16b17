// overlay: a container with a system of its own to change, made of an image that stays as it is.
//
// Run: sudo build/overlay, and in its shell: echo hello >/file; rm /etc/motd; ls / /etc; exit
//      On the host: sudo ls -l build/layer/upper/ build/layer/upper/etc; ls build/image/etc
// See: what was written is in the upper layer, and so is a mark for what was removed. The image has
//      neither, so another container starts from the same files.
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
static int layer_fd; // the layer's directory

static void make_directory(int parent, const char *path)
{
	if (mkdirat(parent, path, 0755) == -1 && errno != EEXIST)
		die("make %s", path);
}

// On the host: prepare the directory of the layer.
static void open_layer(void)
{
	make_directory(AT_FDCWD, layer);
	layer_fd = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (layer_fd == -1)
		die("open the layer %s", layer);
	// exercise overlay.lock: keep other containers away from the layer {
	// Nobody knows what comes of two containers that write into one layer, and the kernel lets
	// them. The lock ends with this process, and so with the container.
	if (flock(layer_fd, LOCK_EX | LOCK_NB) == -1)
		die("lock %s", layer);
	// }
	// exercise overlay.directories: make the upper layer, and the kernel's work directory beside it {
	make_directory(layer_fd, "upper");
	make_directory(layer_fd, "work");
	// }
}

static int container_main(char *command[])
{
	char options[3 * PATH_MAX];

	say("In the container process!");
	set_up_base();

	// exercise overlay.mount: mount the image and the upper layer as one, on the image {
	// Overlayfs keeps notes in attributes of files. With userxattr it takes attributes that an
	// ordinary user may set as well.
	snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr",
		 image, layer, layer);
	if (mount("overlay", image, "overlay", 0, options) == -1)
		die("mount the layers %s", options);
	// }
	// The kernel has made a directory of mode 000, and an ordinary user couldn't empty it.
	if (fchmodat(layer_fd, "work/work", 0700, 0) == -1)
		die("change the mode of %s/work/work", layer);
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
	struct container container = {.main = container_main, .flags = BASE};

	image = default_image();
	layer = default_layer();
	container.command = parse_command(argc, argv,
					  N_("Run COMMAND in a container that takes its files from "
					     "an image, and leaves that as "
					     "it is."),
					  options);

	say("Program started");
	open_layer();
	return container_run(&container);
}
