// The program starts itself again, in new namespaces; the second one sets the hostname and runs the shell.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "child" {
		child()
	} else {
		run()
	}
}

func run() {
	fmt.Println("parent:", os.Getpid())
	cmd := attach(exec.Command("/proc/self/exe", "child", "/bin/bash"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUTS | syscall.CLONE_NEWPID}
	check(cmd.Run())
}

func child() {
	fmt.Println("child:", os.Getpid())
	check(syscall.Sethostname([]byte("container")))
	check(attach(exec.Command(os.Args[2])).Run())
}

func attach(cmd *exec.Cmd) *exec.Cmd {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
