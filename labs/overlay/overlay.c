// overlay: a container whose root is made of two layers: an image that nobody changes, and its own.
//
// Run: sudo build/overlay, and in its shell: echo hello >/hello; rm /etc/motd; ls /; exit
//      On the host: find build/layer/upper; ls build/image
// See: what was written is in the upper layer, and what was removed is a whiteout there. The image is
//      as it was, and other containers share it.
// Read: overlayfs.rst in the kernel's documentation, mount(8), pivot_root(2), flock(2)
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

static const char *image, *layer = "build/layer";

static void make_directory(int parent, const char *path)
{
	if (mkdirat(parent, path, 0755) == -1 && errno != EEXIST)
		die("make %s", path);
}

// Make the layer's directories, and lock it for as long as this process lives. What two containers
// write in one layer is undefined, and the kernel says so in its log alone.
static void open_layer(void)
{
	make_directory(AT_FDCWD, layer);
	int fd = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		die("open %s", layer);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		die("lock %s", layer);
	make_directory(fd, "upper");
	make_directory(fd, "work");
}

static int container_main(char *command[])
{
	char layers[3 * PATH_MAX + 64];

	say("In the container process!");
	set_up_base();

	// exercise overlay.layers: name the layers, the lower one, the upper one and its work directory {
	// userxattr: what is to be kept for overlayfs itself goes into attributes that an ordinary user
	// may set as well.
	snprintf(layers, sizeof layers, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr",
		 image, layer, layer);
	// }
	// exercise overlay.mount: mount them as one, on the image {
	if (mount("overlay", image, "overlay", 0, layers) == -1)
		die("mount the layers %s", layers);
	// }
	if (chdir(image) == -1)
		die("enter %s", image);
	bind_devices();
	// exercise root.proc: give the image a /proc {
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == -1)
		die("mount /proc");
	// }
	// exercise root.pivot: make the image the root, with the old root on top of it {
	if (syscall(SYS_pivot_root, ".", ".") == -1)
		die("pivot_root to %s", image);
	// }
	// exercise root.detach: take the old root away {
	if (umount2(".", MNT_DETACH) == -1)
		die("detach the old root");
	// }

	return exec_command(command);
}

int main(int argc, char *argv[])
{
	image = default_image();
	const struct lab_option options[] = {
		{"image", "DIR", N_("the lower layer (default build/image)"), &image},
		{"layer", "DIR", N_("where the upper layer is kept (default build/layer)"), &layer},
		{NULL}};
	struct container container = {.main = container_main, .flags = BASE};

	container.command = parse_command(
		argc, argv,
		N_("Run COMMAND in a container that shares an image, and changes nothing of it."),
		options);
	open_layer();

	say("Program started");
	return container_run(&container);
}
