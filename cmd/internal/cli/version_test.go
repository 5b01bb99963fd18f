package cli

import (
	"runtime/debug"
	"testing"
)

// A binary says what it knows of its source: what the release build told the linker, or else
// what Go has noted of the commit, or that it does not know.
func TestOrigin(t *testing.T) {
	noted := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"}, {Key: "vcs.modified", Value: "true"}}}
	for _, tt := range []struct {
		name   string
		commit string
		info   *debug.BuildInfo
		want   string
	}{
		{"a release does not ask git", "def", noted, "def of 2025-05-06T07:08:09Z, unmodified"},
		{"go build in a clone", "", noted, "abc of 2026-01-02T03:04:05Z, modified"},
		{"go build elsewhere", "", &debug.BuildInfo{}, "unknown"},
		{"no build information", "", nil, "unknown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.commit != "" {
				commit, commitDate, modified = tt.commit, "2025-05-06T07:08:09Z", "false"
				defer func() { commit, commitDate, modified = "", "", "" }()
			}
			if got := originOf(tt.info).String(); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
