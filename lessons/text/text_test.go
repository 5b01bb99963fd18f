package text

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"netlab/capture"
	"netlab/capture/explain"
	"netlab/capture/follow"
	"netlab/sim"
	"netlab/sim/compare"
	"netlab/sim/scenario"
	"netlab/sim/tcp"
	"netlab/sim/trace"
	"netlab/sim/wire"
)

// Everything that a learner can be shown has a Chinese text.
func TestChineseIsComplete(t *testing.T) {
	zh, en := load()["zh-CN"], load()["en"]
	need := func(table string, m map[string]string, id string) {
		t.Helper()
		if m[id] == "" {
			t.Errorf("zh-CN.toml lacks %s.%s", table, id)
		}
	}
	for _, r := range sim.Rules() {
		need("rules", zh.Rules, r.ID)
	}
	for _, e := range compare.Explanations() {
		need("explanations", zh.Explanations, e.ID)
	}
	for _, v := range compare.Verdicts() {
		need("verdicts", zh.Verdicts, string(v))
	}
	for _, k := range trace.Kinds() {
		need("kinds", zh.Kinds, string(k))
	}
	for e := range wire.Errnos() {
		need("errnos", zh.Errnos, string(e))
	}
	for _, s := range wire.States() {
		need("states", zh.States, s.String())
		if len(zh.Accept[s.String()]) == 0 {
			t.Errorf("no Chinese word for %s is accepted as an answer", s)
		}
	}
	for _, level := range []string{"0", "1", "2", "3", "4"} {
		need("levels", zh.Levels, level)
	}
	for _, n := range scenario.Needs() {
		need("reasons", zh.Reasons, n.Text())
	}
	for _, q := range tcp.Quirks() {
		need("quirks", zh.Quirks, q.String())
	}
	for _, r := range follow.Rules() {
		need("rules", zh.Rules, r.ID)
	}
	for _, k := range follow.Kinds() {
		need("findings", zh.Findings, k.String())
		for _, place := range []string{"{0}", "{1}", "{2}", "{3}", "{4}"} {
			if strings.Contains(k.Sentence(), place) != strings.Contains(zh.Findings[k.String()], place) {
				t.Errorf("findings.%s: %s is in one language only", k, place)
			}
		}
	}
	for _, p := range slices.Concat(follow.Phrases(), follow.Handshakes(), follow.Closes(), follow.Completes(), capture.IcmpTexts(), compare.Phrases()) {
		need("phrases", zh.Phrases, p)
	}
	for _, k := range scenario.ExpectKinds() {
		need("expects", zh.Expects, string(k))
		need("expects", zh.Expects, "never "+string(k))
		if k == scenario.ExpectSends || k == scenario.ExpectIgnores {
			need("expects", zh.Expects, string(k)+" anything")
			need("expects", zh.Expects, "never "+string(k)+" anything")
		}
	}
	for _, id := range scenario.SentenceIDs() {
		need("sentences", zh.Sentences, id)
		english := scenario.Sentence{ID: id, Args: []string{"{0}", "{1}"}}.String()
		for _, place := range []string{"{0}", "{1}"} {
			if strings.Contains(english, place) != strings.Contains(zh.Sentences[id], place) {
				t.Errorf("sentences.%s: %s is in one language only", id, place)
			}
		}
	}
	for id := range en.UI {
		need("ui", zh.UI, id)
	}
	for id := range en.Keys {
		need("keys", zh.Keys, id)
	}
	for id, m := range Misconceptions() {
		if m.EN == "" || m.ZH == "" || m.Lesson == "" {
			t.Errorf("misconception %s is incomplete", id)
		}
	}
}

// And nothing is left over in a catalogue that no program asks for.
func TestNoStrayTexts(t *testing.T) {
	zh, en := load()["zh-CN"], load()["en"]
	for id := range zh.UI {
		if _, ok := en.UI[id]; !ok {
			t.Errorf("zh-CN.toml has ui.%s, en.toml does not", id)
		}
	}
	rules := map[string]bool{}
	for _, r := range slices.Concat(sim.Rules(), follow.Rules()) {
		rules[r.ID] = true
	}
	for id := range zh.Rules {
		if !rules[id] {
			t.Errorf("zh-CN.toml has a rule %q that the engine lacks", id)
		}
	}
}

// A reason may hold a number that no catalogue can know.
func TestReason(t *testing.T) {
	err := errors.New("cannot be shown live, because it takes 4m5s in real time")
	for lang, want := range map[string]string{"en": "it takes 4m5s in real time", "zh-CN": "它真的要运行 4m5s"} {
		if got := For(lang).Reason(err); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for tag, want := range map[string]string{"zh": "zh-CN", "zh_CN.UTF-8": "zh-CN", "zh-Hans": "zh-CN", "zh-hans-cn": "zh-CN", "en_US.UTF-8": "en", "C": "en", "POSIX": "en"} {
		if got, ok := Match(tag); got != want || !ok {
			t.Errorf("Match(%q) = %q, %v; want %q", tag, got, ok, want)
		}
	}
	if _, ok := Match("xx"); ok {
		t.Error("an unknown language is taken")
	}
}

// What is noted of a program that plays a host, or of a guess of a recording, is told in Chinese, its own words as it wrote them.
func TestProgramNotes(t *testing.T) {
	for text, want := range map[string]string{
		explain.Retracted:                 "B：这时它可能已收到 FIN；后面的包表明还没有",
		`prints "ready"`:                  `B：程序输出 "ready"`,
		"the program exits with 0":        "B：程序退出，返回值 0",
		"the program ends: exit status 3": "B：程序结束：exit status 3",
		"listens on 0.0.0.0:80":           "B：程序在 0.0.0.0:80 上等待",
		"listens on 127.0.0.1:80, where no other host can reach it: bind it to 0.0.0.0 or to 10.0.0.2": "B：程序在 127.0.0.1:80 上等待，其他主机到不了这个地址：请绑定到 0.0.0.0 或 10.0.0.2",
	} {
		if got := For("zh-CN").Event(&trace.Event{Host: "B", Kind: trace.Note, Source: trace.Live, Text: text}); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
}
