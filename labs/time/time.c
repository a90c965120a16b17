// time: a container whose clocks say that the machine has been up longer, or shorter.
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
		{"boottime", "SECONDS", N_("how much later the time since boot is inside"),
		 &boottime},
		{"monotonic", "SECONDS", N_("how much later the monotonic clock is inside"),
		 &monotonic},
		{NULL}};
	struct container container = {.main = container_main, .flags = BASE};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container with clocks of its own."), options);
	int boottime_offset = parse_number("--boottime", boottime, INT_MIN, INT_MAX);
	int monotonic_offset = parse_number("--monotonic", monotonic, INT_MIN, INT_MAX);

	say("Program started");
	// exercise time.unshare: ask for a new time namespace, for the children {
	// clone(2) can't: the flag's bit is one of the exit signal's. Nor would it help, since a process
	// that is in the namespace may not set its offsets any more. Therefore we stay outside.
	if (unshare(CLONE_NEWTIME) == -1)
		die("unshare CLONE_NEWTIME");
	// }
	// exercise time.offsets: set what is added to the clocks inside {
	write_text("/proc/self/timens_offsets", "boottime %d 0\nmonotonic %d 0\n", boottime_offset,
		   monotonic_offset);
	// }
	return container_run(&container);
}
