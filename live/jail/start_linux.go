package jail

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"netlab/live/netns"
)

// marker is the environment variable that tells a process that it is a cell's warden.
const marker = "NETLAB_JAIL_WARDEN"

// The descriptors of a warden beside those of its program.
const (
	orderFD  = 3 // a Cell, as JSON
	workFD   = 4 // a tar archive with what is in /work at first
	reportFD = 5 // a Report, as JSON in one line; then what /work holds, if it was to be kept
)

// student is who the program is in its cell. It is not 0: so no capability comes with it.
const student = 1000

// A Process is a program in its cell.
type Process struct {
	cmd    *exec.Cmd
	report *os.File
	done   chan struct{}
	said   Report
}

// Start runs a program in a cell, on the network of the calling thread. Work is a tar archive
// with the files that it finds in /work, its folder; nil: there are none. It is read from its
// beginning each time. The descriptors remain the caller's.
func Start(c Cell, work, stdin, stdout, stderr *os.File) (*Process, error) {
	c.Limits = c.Limits.or(DefaultLimits)
	order, giveOrder, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("jail: %w", err)
	}
	defer order.Close()
	defer giveOrder.Close()
	report, giveReport, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("jail: %w", err)
	}
	defer giveReport.Close()
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return nil, fmt.Errorf("jail: %w", err)
	}
	defer nothing.Close()
	if work == nil {
		work = nothing
	}
	if stdin == nil {
		stdin = nothing
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = []string{marker + "=1"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	cmd.ExtraFiles = []*os.File{order, work, giveReport}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: student, HostID: spare("uid", os.Getuid()), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: student, HostID: spare("gid", os.Getgid()), Size: 1}},
		Credential:  &syscall.Credential{Uid: student, Gid: student, NoSetGroups: true},
		AmbientCaps: []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SETPCAP, unix.CAP_SYS_PTRACE},
		Setsid:      true,
	}
	p := &Process{cmd: cmd, report: report, done: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		report.Close()
		return nil, fmt.Errorf("jail: %w", err)
	}
	giveReport.Close() // so that the report ends with the warden
	err = json.NewEncoder(giveOrder).Encode(c)
	go p.listen()
	if err != nil {
		p.Kill()
		<-p.done
		return nil, fmt.Errorf("jail: %w", err)
	}
	return p, nil
}

// listen takes the report, and the end of the warden.
func (p *Process) listen() {
	defer close(p.done)
	defer p.report.Close()
	p.said = Report{Exit: -1, Signal: "SIGKILL"} // if it says nothing: it was killed
	dec := json.NewDecoder(p.report)
	var said Report
	if err := dec.Decode(&said); err == nil {
		p.said = said
		// an archive is larger than what is in it
		if rest, err := io.ReadAll(io.LimitReader(io.MultiReader(dec.Buffered(), p.report), 2*MostKept)); err == nil && len(rest) > 1 {
			p.said.Work = rest[1:] // after the line's end
		}
	}
	_, _ = io.Copy(io.Discard, p.report)
	_ = p.cmd.Wait()
}

// Kill ends the program and all that it has started, however they call themselves.
func (p *Process) Kill() { _ = p.cmd.Process.Kill() }

// Wait waits for the end and says how it came.
func (p *Process) Wait() Report {
	<-p.done
	return p.said
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// spare is the number in this process's namespace that the program gets: an ordinary one, if
// we are root and there is one, else our own. The machine's root has no limit to its processes:
// as such no program may run.
func spare(kind string, own int) int {
	if own != 0 {
		return own
	}
	all := netns.Mapped(kind)
	for _, n := range []int{netns.Ordinary, netns.Nobodys} {
		if slices.ContainsFunc(all, func(m [2]int) bool { return n >= m[0] && n-m[0] < m[1] }) {
			return n
		}
	}
	return own
}

// patience is how long a warden waits for its order.
const patience = 10 * time.Second
