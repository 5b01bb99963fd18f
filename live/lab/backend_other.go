//go:build !linux

package lab

import (
	"os/exec"

	"netlab/live"
	"netlab/live/netns"
)

// fullBackend says that datagrams and socket options can be played.
const fullBackend = false

// newBackend goes through package net.
func newBackend() (live.Backend, func(), error) { return live.NewPortable(), func() {}, nil }

// ownGroup does nothing: programs are only started in private namespaces, which this
// system does not have.
func ownGroup(*exec.Cmd) {}

// killAll ends a program.
func killAll(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// newWireBackend does not exist here: there are no namespaces.
func newWireBackend([]netns.Space) (live.Backend, func(), error) {
	return nil, nil, netns.ErrUnsupported
}

func childrenCPU() int64 { return 0 }
