package lab

import "netlab/live"

// newBackend makes the calls directly.
func newBackend() (live.Backend, func(), error) {
	raw, err := live.NewRaw()
	if err != nil {
		return nil, nil, err
	}
	return raw, raw.CloseDiag, nil
}
