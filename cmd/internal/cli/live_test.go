package cli

import (
	"context"
	"sync"

	"netlab/live/lab"
)

// liveWorks reports whether this machine lets a live run see its packets.
var liveWorks = sync.OnceValue(func() bool {
	for _, c := range lab.Doctor(context.Background()) {
		if !c.OK {
			return false
		}
	}
	return true
})
