// Go's own way to make a child in new namespaces, from one of many threads.
package main

import (
	"os"
	"os/exec"
	"syscall"
)

func main() {
	if len(os.Args) > 1 {
		if err := syscall.Sethostname([]byte("container")); err != nil {
			os.Exit(125)
		}
		if err := syscall.Exec("/bin/bash", []string{"bash"}, os.Environ()); err != nil {
			os.Exit(127)
		}
	}
	command := exec.Command("/proc/self/exe", "child")
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUTS}
	if err := command.Run(); err != nil {
		if status := command.ProcessState.Sys().(syscall.WaitStatus); status.Exited() {
			os.Exit(status.ExitStatus())
		}
		os.Exit(125)
	}
}
