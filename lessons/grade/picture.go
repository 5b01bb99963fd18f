package grade

import (
	"slices"

	"netlab/lessons/grade/picture"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// guilty is the event of the last packet of the student's host before it went wrong.
func (e *evidence) guilty() int {
	last := 0
	for i := range e.res.Trace.Events {
		ev := &e.res.Trace.Events[i]
		if e.event > 0 && ev.N > e.event {
			break
		}
		if ev.Kind == trace.Send && ev.Host == e.host && (e.event == 0 || e.res.Trace.At(e.event).Host == e.host || ev.Dst.Host == e.res.Trace.At(e.event).Host) {
			last = ev.N
		}
	}
	return last
}

// picture draws the conversation in which it went wrong, with a mark at the guilty packet.
func (e *evidence) picture(guilty int) string {
	t, guilty := e.conversation(guilty)
	isns := t.ISNs(len(t.Events))
	return picture.Draw(t, []int{guilty}, func(ev *trace.Event) string {
		if ev.Proto != wire.TCP {
			return ev.Label()
		}
		seg := ev.Seg // numbers count from each end's first: nobody reads a kernel's
		seg.Seq -= isns[ev.Flow()]
		seg.Ack -= isns[ev.Flow().Reverse()]
		return seg.Label()
	})
}

// conversation is what the student's host had to do with the host to which it sent the guilty
// packet, or with the one whose call went wrong: other hosts would only take room. It returns
// the number of the guilty event in it.
func (e *evidence) conversation(guilty int) (*trace.Trace, int) {
	all := e.res.Trace
	other := ""
	switch {
	case e.event > 0 && all.At(e.event).Host != e.host:
		other = all.At(e.event).Host
	case guilty > 0:
		other = all.At(guilty).Dst.Host
	}
	if all.At(max(1, guilty)) == nil || !slices.ContainsFunc(all.Hosts, func(h trace.Host) bool { return h.Name == other }) {
		return all, guilty
	}
	both := func(host string) bool { return host == "" || host == e.host || host == other }
	t := *all
	t.Hosts = slices.DeleteFunc(slices.Clone(all.Hosts), func(h trace.Host) bool { return !both(h.Name) })
	t.Events = nil
	mark := 0
	for i := range all.Events {
		ev := all.Events[i]
		if !both(ev.Host) || !both(ev.Src.Host) || !both(ev.Dst.Host) && !ev.Dst.IsGroup() {
			continue
		}
		if ev.N == guilty {
			mark = len(t.Events) + 1
		}
		ev.N, ev.Cause = len(t.Events)+1, 0
		t.Events = append(t.Events, ev)
	}
	return &t, mark
}
