package jail

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mostSeen bounds how many processes are looked at: a program may have made many.
const mostSeen = 300

// Wants reports whether a process of the program computes, waits for a processor or for a disk.
// While it does, on a machine that is busy, it has not come as far as it would on a quiet one. A
// kernel that does not tell a process's children makes it false.
func (p *Process) Wants() bool {
	left := children(p.cmd.Process.Pid) // the warden itself looks after them, and does not count
	for seen := 0; len(left) > 0 && seen < mostSeen; seen++ {
		pid := left[0]
		left = append(left[1:], children(pid)...)
		if s := state(pid); s == 'R' || s == 'D' {
			return true
		}
	}
	return false
}

// children lists those of all threads of a process, by their numbers here.
func children(pid int) (all []int) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range lists {
		data, err := os.ReadFile(name)
		if err != nil {
			continue // the thread has ended
		}
		for field := range strings.FieldsSeq(string(data)) {
			var child int
			if _, err := fmt.Sscan(field, &child); err == nil {
				all = append(all, child)
			}
		}
	}
	return all
}

// state is the letter of a process's state; 0: it has ended.
func state(pid int) byte {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The name stands in parentheses, and may hold any others.
	_, rest, ok := strings.Cut(string(data[max(0, strings.LastIndexByte(string(data), ')')):]), ") ")
	if !ok || rest == "" {
		return 0
	}
	return rest[0]
}
