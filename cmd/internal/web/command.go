package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"netlab/lessons/present"
)

// Bounds on a command: what no lesson and no room reaches.
const (
	mostSteps  = 10_000
	mostCounts = 9
	mostHands  = 9999
)

// parseCommand reads a command of the leader's page: one JSON object with an act that is
// known, and numbers within bounds.
func parseCommand(body []byte) (present.Command, error) {
	var c present.Command
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return present.Command{}, fmt.Errorf("not a command: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return present.Command{}, errors.New("more than one command")
	}
	if !slices.Contains(present.Acts(), c.Act) {
		return present.Command{}, fmt.Errorf("unknown act %q", c.Act)
	}
	if c.Step < 0 || c.Step > mostSteps {
		return present.Command{}, fmt.Errorf("there is no step %d", c.Step)
	}
	if len(c.Counts) > mostCounts {
		return present.Command{}, fmt.Errorf("hands for %d choices", len(c.Counts))
	}
	for _, n := range c.Counts {
		if n < 0 || n > mostHands {
			return present.Command{}, fmt.Errorf("%d hands", n)
		}
	}
	return c, nil
}
