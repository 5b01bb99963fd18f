//go:build !linux

package lab

import "netlab/live"

// fullBackend says that datagrams and socket options can be played.
const fullBackend = false

// newBackend goes through package net.
func newBackend() (live.Backend, func(), error) { return live.NewPortable(), func() {}, nil }
