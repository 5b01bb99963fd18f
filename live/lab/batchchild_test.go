//go:build linux

package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// One script that cannot be played ends a batch at once, with the reason: nobody waits for the
// others, or for an answer that never comes.
func TestBatchEndsWithError(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := withChild(ctx, func(in io.Writer, out io.Reader) error {
		rd := newReader(out)
		if err := writeMessage(in, message{Type: "request", Request: &request{Batch: 2, Kernels: 1}}); err != nil {
			return err
		}
		switch msg, err := rd.next(silence, ctx.Done()); {
		case err != nil:
			return err
		case msg.Type == "refused":
			return refusedBy(msg)
		}
		if err := writeMessage(in, message{Type: "request", Request: &request{ID: 1, Text: "no script"}}); err != nil {
			return err
		}
		msg, err := rd.next(5*time.Second, ctx.Done())
		if err == nil || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after a request that cannot be played comes %+v, %v; want the end of the child", msg, err)
		}
		return fmt.Errorf("the child has ended: %w", err)
	})
	var refused *RefusedError
	if errors.As(err, &refused) {
		needLive(t, err)
	}
	if !strings.Contains(err.Error(), "unknown word \"no\"") {
		t.Errorf("the batch ends with %q, want what is wrong with the script", err)
	}
}
