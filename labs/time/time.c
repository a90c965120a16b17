// time: a container in which the machine has been up for longer, or not as long.
//
// Run: sudo build/time --boottime 86400, and in its shell: uptime; cat /proc/uptime; date; exit
// See: inside, the machine has been up for a day more than outside. The date is the same.
// Read: time_namespaces(7), clock_gettime(2), proc(5)
#include "container.h"
#include "steps.h"

#include <limits.h>
#include <linux/sched.h>
#include <unistd.h>

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	const char *boottime = "0", *monotonic = "0";
	const struct lab_option options[] = {
		{"boottime", "SECONDS", N_("what is added to the time since the boot"), &boottime},
		{"monotonic", "SECONDS", N_("what is added to the monotonic clock"), &monotonic},
		{NULL}};
	struct container container = {.main = container_main, .flags = BASE};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with clocks of its own."), options);
	int boottime_offset = parse_number("--boottime", boottime, INT_MIN, INT_MAX);
	int monotonic_offset = parse_number("--monotonic", monotonic, INT_MIN, INT_MAX);

	say("Program started");
	// exercise time.unshare: ask for a new time namespace, which only the children will be in {
	// It can't be one of clone(2)'s flags: there, this bit belongs to the signal that a child
	// sends when it ends.
	if (unshare(CLONE_NEWTIME) == -1)
		die("unshare %s", "CLONE_NEWTIME");
	// }
	// exercise time.offsets: set what is added to each clock in there {
	// The kernel allows it only until the first process is in: so here, before the clone.
	write_text("/proc/self/timens_offsets", "boottime %d 0", boottime_offset);
	write_text("/proc/self/timens_offsets", "monotonic %d 0", monotonic_offset);
	// }
	return container_run(&container);
}
