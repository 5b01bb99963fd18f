//go:build !unix

package tui

import (
	"context"
	"io"
)

// onHangup does nothing: a console that is closed ends its programs.
func onHangup(context.Context, io.Reader, func()) {}
