package cli

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"

	"netlab/lessons/text/width"
	"netlab/live/lab/conform"
	"netlab/sim/tcp"
)

// head says what will be done, and to which kernel.
func (c *conformance) head(w writer, probes int) {
	if c.enc != nil {
		return
	}
	fmt.Fprintln(w, c.words.T("conform_kernel", kernelRelease()))
	fmt.Fprintln(w, strings.Join(width.Wrap(c.words.T("conform_about"), lineWidth), "\n"))
	if probes > 0 {
		names := map[string]bool{}
		for _, k := range conform.Probes() {
			names[k.Situation] = true
		}
		fmt.Fprintln(w, c.words.T("conform_probes", probes, len(names)))
	}
	if c.walks > 0 {
		fmt.Fprintln(w, c.words.T("conform_walks", c.walks, c.seed))
	}
	if c.peers > 0 {
		fmt.Fprintln(w, c.words.T("conform_peers", c.peers, conform.PeerLoss))
	}
	fmt.Fprintln(w)
}

// table says where kernel and model agree, which quirks explain the rest, and what none does.
func (c *conformance) table(w writer) {
	if c.enc != nil {
		return
	}
	const first, others = 38, 16
	line := func(name string, cells ...string) {
		fmt.Fprint(w, width.Pad(name, first))
		for _, s := range cells {
			fmt.Fprint(w, cell(s, others))
		}
		fmt.Fprintln(w)
	}
	line(c.words.T("conform_col_situation"), c.words.T("conform_col_cases"), c.words.T("conform_col_standard"), c.words.T("conform_col_quirk"), c.words.T("conform_col_unexplained"))
	for _, r := range c.rows {
		line(cmp.Or(r.name, c.words.T("conform_all_walks")), fmt.Sprint(r.cases), fmt.Sprint(r.standard), fmt.Sprint(r.quirk), fmt.Sprint(r.unexplained))
	}
	if len(c.quirks) > 0 {
		fmt.Fprintf(w, "\n%s\n", c.words.T("conform_quirks"))
		names := slices.SortedFunc(maps.Keys(c.quirks), func(a, b tcp.Quirk) int { return cmp.Or(c.quirks[b]-c.quirks[a], cmp.Compare(a, b)) })
		for _, q := range names {
			const name, count = 22, 12
			text := strings.Join(width.Wrap(c.words.Quirk(q.String(), q.Text()), lineWidth-name-count-4), "\n"+strings.Repeat(" ", name+count+4))
			fmt.Fprintf(w, "  %s%s  %s\n", width.Pad(q.String(), name), cell(c.words.T("conform_quirk_cases", c.quirks[q]), count), text)
		}
	}
	for i := range c.unexplained {
		o := &c.unexplained[i]
		id := o.Case.ID
		if o.Case.Situation == "" {
			id += fmt.Sprintf(" --walks %d --seed %d", c.walks, c.seed)
		}
		fmt.Fprintf(w, "\n%s\n  %s\n  %s\n  %s\n", c.words.T("conform_unexplained", o.Case.Name), c.words.T("conform_does", o.Kernel), c.words.T("conform_model", o.Linux), c.words.T("conform_play", id))
	}
	if c.again > 0 {
		fmt.Fprintf(w, "\n%s\n", c.words.T("conform_busy", c.again))
	}
	fmt.Fprintln(w)
}

// tellPeers says how the model and the kernel have got on.
func (c *conformance) tellPeers(w writer, rep *conform.PeerReport) {
	if c.enc != nil {
		_ = c.enc.Encode(map[string]any{"type": "peers", "connections": rep.Connections, "good": rep.Good, "octets": rep.Octets, "packets": rep.Packets, "lost": rep.Lost, "wrong": append([]string{}, rep.Wrong...)})
		return
	}
	fmt.Fprintln(w, c.words.T("conform_peers", rep.Connections, conform.PeerLoss))
	fmt.Fprintln(w, "  "+c.words.T("conform_peers_good", rep.Good, rep.Connections, rep.Octets, rep.Packets, rep.Lost))
	for _, wrong := range rep.Wrong {
		fmt.Fprintln(w, "  "+c.words.T("conform_wrong", wrong))
	}
	fmt.Fprintln(w)
}

// score is the last line.
func (c *conformance) score(w writer, rep *conform.PeerReport) {
	agreed := c.total.standard + c.total.quirk
	if c.enc != nil {
		_ = c.enc.Encode(map[string]any{"type": "result", "kernel": kernelRelease(), "cases": c.total.cases, "equal": agreed, "standard": c.total.standard, "quirk": c.total.quirk,
			"quirks": len(c.quirks), "unexplained": len(c.unexplained)})
		return
	}
	if c.total.cases == 0 && rep != nil {
		fmt.Fprintln(w, c.words.T("conform_score_peers", rep.Good, rep.Connections))
		return
	}
	fmt.Fprintln(w, c.words.T("conform_score", agreed, c.total.cases, c.total.standard, c.total.quirk, len(c.quirks), c.total.unexplained))
}

// kernelRelease names the kernel.
func kernelRelease() string {
	return cmp.Or(strings.TrimSpace(readSmall("/proc/sys/kernel/ostype")+" "+readSmall("/proc/sys/kernel/osrelease")), runtime.GOOS)
}

func readSmall(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
