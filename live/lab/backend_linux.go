package lab

import "netlab/live"

// fullBackend says that datagrams and socket options can be played.
const fullBackend = true

// newBackend makes the calls directly.
func newBackend() (live.Backend, func(), error) {
	raw, err := live.NewRaw()
	if err != nil {
		return nil, nil, err
	}
	return raw, raw.CloseDiag, nil
}
