// The parent starts itself again as init, in new namespaces, and sends it the command by a pipe. The init makes the mounts
// private and mounts /proc, and then becomes the command: so that is PID 1.
package main

import (
	"io"
	"log"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "init" {
		log.Fatal(runInit())
	}
	if err := run([]string{"sh"}); err != nil {
		log.Fatal(err)
	}
}

func run(command []string) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	parent := exec.Command("/proc/self/exe", "init")
	parent.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUTS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS |
			syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC,
	}
	parent.Stdin = os.Stdin
	parent.Stdout = os.Stdout
	parent.Stderr = os.Stderr
	parent.ExtraFiles = []*os.File{reader}
	if err := parent.Start(); err != nil {
		return err
	}
	reader.Close()
	if _, err := writer.WriteString(strings.Join(command, " ")); err != nil {
		return err
	}
	writer.Close()
	return parent.Wait()
}

func runInit() error {
	pipe := os.NewFile(3, "pipe")
	text, err := io.ReadAll(pipe)
	if err != nil {
		return err
	}
	pipe.Close()
	command := strings.Split(string(text), " ")

	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return err
	}
	flags := uintptr(syscall.MS_NOEXEC | syscall.MS_NOSUID | syscall.MS_NODEV)
	if err := syscall.Mount("proc", "/proc", "proc", flags, ""); err != nil {
		return err
	}
	path, err := exec.LookPath(command[0])
	if err != nil {
		return err
	}
	return syscall.Exec(path, command, os.Environ())
}
