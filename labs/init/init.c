// init: a container whose PID 1 does what an init must: it passes signals on, and waits for orphans.
//
// Run: sudo build/init, and in its shell: ps -e; (sleep 1 &); sleep 2; ps -e; exit
// See: PID 1 is init, the shell is its child, and the ended sleep doesn't stay as a zombie.
// Read: pid_namespaces(7), wait(2), sigwaitinfo(2), credentials(7)
#include "container.h"
#include "steps.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

// Wait for all children that have ended. Returns true, with its status, if the command is one of them.
static bool reap(pid_t command, int *status)
{
	bool has_ended = false;
	int wait_status;

	// Several may have ended by the time that we get one SIGCHLD.
	for (pid_t pid; (pid = waitpid(-1, &wait_status, WNOHANG)) > 0;)
		if (pid == command) {
			*status = exit_status(wait_status);
			has_ended = true;
		}
	return has_ended;
}

static int container_main(char *command[])
{
	sigset_t all;
	siginfo_t info;
	int status = EXIT_OWN_FAILURE;

	say("In the container process!");
	set_up_base();

	// exercise init.block: keep every signal until we ask for it {
	// For a PID 1, the kernel drops each signal that has no handler, unless it is blocked.
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	// }
	// exercise init.command: run the command in a child {
	pid_t child = fork();
	if (child == -1)
		die("fork");
	if (child == 0)
		return exec_command(command);
	// }
	for (;;) {
		int signal = sigwaitinfo(&all, &info);
		// exercise init.reap: wait for every child, and end when the command has ended {
		if (signal == SIGCHLD && reap(child, &status))
			return status;
		// }
		// exercise init.forward: pass every other signal on to the command {
		// What the terminal sends (Ctrl-C, Ctrl-Z), it has sent to the command as well.
		if (signal != SIGCHLD && info.si_code != SI_KERNEL)
			kill(child, signal);
		// }
	}
}

int main(int argc, char *argv[])
{
	struct container container = {
		.main = container_main, .flags = BASE, .blocks_signals = true};

	container.command = parse_command(
		argc, argv, N_("Run COMMAND in a container whose PID 1 is an init."), NULL);

	say("Program started");
	return container_run(&container);
}
