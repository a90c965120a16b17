// init: a container whose PID 1 does what an init must: it passes signals on, and waits for orphans.
//
// Run: sudo build/init, and in its shell: (sleep 1 &), then ps -e, and ps -e once more 2 s later
// See: PID 1 is init, and the shell is its child. The sleep becomes init's child, and leaves no zombie.
// Read: pid_namespaces(7), waitpid(2), sigwaitinfo(2), kill(2)
#include "container.h"
#include "steps.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// What PID 1 does until the command ends. Returns the command's exit status.
static int serve(pid_t command)
{
	sigset_t all;
	siginfo_t info;
	pid_t ended;
	int status;

	sigfillset(&all);
	for (;;) {
		int signal = sigwaitinfo(&all, &info); // -1 when it was stopped and goes on
		// exercise init.forward: pass every signal on to the command, SIGCHLD aside {
		// What the terminal sends (Ctrl-C, Ctrl-Z), it has sent to the command as well.
		if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL)
			kill(command, signal);
		// }
		// exercise init.reap: wait for every child that has ended, and end with the command {
		// Several may have ended by the time that one SIGCHLD is taken.
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == command)
				return exit_status(status);
		// }
	}
}

// The kernel drops a signal for which PID 1 has no handler, unless it is blocked: then it waits until
// sigwaitinfo() takes it.
static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL); // exercise init.block: let every signal wait
}

static int container_main(char *command[])
{
	say("In the container process!");
	set_up_base();
	block_signals();
	// exercise init.command: stay PID 1, and have a child become the command {
	pid_t child = fork();
	if (child == -1)
		die("fork");
	if (child > 0)
		return serve(child);
	// }
	return exec_command(command);
}

int main(int argc, char *argv[])
{
	struct container container = {.main = container_main, .flags = BASE};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container whose PID 1 is an init."), NULL);
	// Even a signal that comes before container_main() runs must not be lost.
	container.blocks_signals = true;

	say("Program started");
	return container_run(&container);
}
