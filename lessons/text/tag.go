package text

import "netlab/sim/wire"

// Tag words what stands beside a lifeline, as ladder.Options.Say wants it: the result of a
// call, the octets that it reads, why something is ignored. Empty: the English word stays.
func (w *Words) Tag(kind, english, arg string) string {
	switch kind {
	case "reads":
		return w.T("tag_reads", arg)
	case "returns":
		if wire.Errno(arg).Text() != "" {
			return arg
		}
		return w.T("tag_returns", arg)
	case "ignored":
		if english == "ignored" {
			return w.T("tag_ignored")
		}
		return w.T("tag_old")
	default: // timers have short names that are the same everywhere
		return ""
	}
}
