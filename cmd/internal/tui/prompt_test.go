package tui

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"netlab/lessons/text/width"
)

// typeOn sends keys to a prompt; a rune is itself.
func typeOn(m *promptModel, keys ...any) {
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(k)})
		case tea.KeyType:
			m.Update(tea.KeyMsg{Type: k})
		}
	}
}

// A line is edited in the middle, taken back from the history, and pasted with line breaks.
func TestPromptKeys(t *testing.T) {
	m := &promptModel{prompt: NewPrompt(context.Background(), strings.NewReader(""), io.Discard, "hint"), w: 60}
	typeOn(m, "helo", tea.KeyLeft, "l", tea.KeyEnd, " 你好", tea.KeyBackspace, tea.KeyEnter, "one\ntwo\nthr", tea.KeyHome, tea.KeyDelete, tea.KeyCtrlU, tea.KeyEnd, tea.KeyEnter, tea.KeyUp, tea.KeyUp, tea.KeyEnter, tea.KeyEnter)
	want := []string{"hello 你", "one", "two", "hr", "two", ""}
	for _, w := range want {
		select {
		case got := <-m.prompt.Lines():
			if got != w {
				t.Errorf("the line is %q, want %q", got, w)
			}
		default:
			t.Fatalf("no line, want %q", w)
		}
	}
	typeOn(m, tea.KeyCtrlD)
	if _, open := <-m.prompt.Lines(); open {
		t.Error("Ctrl-D on an empty line does not end the input")
	}
	typeOn(m, "more", tea.KeyEnter, tea.KeyCtrlD) // nothing more is taken, and nothing panics
}

// Whatever is typed, the prompt is one line that fits, with the cursor on it.
func TestPromptFits(t *testing.T) {
	for _, w := range []int{10, 60, 80} {
		m := &promptModel{prompt: NewPrompt(context.Background(), strings.NewReader(""), io.Discard, ""), w: w, hint: strings.Repeat("提示", 40)}
		for _, text := range []string{"", strings.Repeat("x", 200), strings.Repeat("字", 200)} {
			typeOn(m, text, tea.KeyLeft)
			if v := m.View(); width.Of(v) >= w || strings.Contains(v, "\n") || !strings.Contains(v, "_") {
				t.Errorf("at %d columns the prompt is %q", w, v)
			}
			typeOn(m, tea.KeyEnd, tea.KeyCtrlU)
		}
	}
}

// A line that the screen is too narrow for goes on below its text; nothing is cut.
func TestHardWrap(t *testing.T) {
	line := "   812.300ms  recv x1 4096 -> 0  (对方已关闭它的发送方向：FIN 已到达，它发来的数据也已读完；它可能还在接收) and " + strings.Repeat("x", 90)
	rows := hardWrap(line, 60)
	joined := ""
	for i, r := range rows {
		if width.Of(r) > 60 {
			t.Errorf("row %d has %d columns: %q", i, width.Of(r), r)
		}
		if i > 0 && !strings.HasPrefix(r, strings.Repeat(" ", promptIndent)) {
			t.Errorf("row %d is not indented: %q", i, r)
		}
		joined += strings.ReplaceAll(r, " ", "")
	}
	if joined != strings.ReplaceAll(line, " ", "") {
		t.Errorf("the rows hold %q", joined)
	}
}

// Lines come out in the order in which they were written, though commands of the screen
// library run side by side, and all of them before the prompt ends.
func TestPromptOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	in, _ := io.Pipe() // nobody types
	var out bytes.Buffer
	p := NewPrompt(ctx, in, &out, "")
	go func() {
		for i := range 50 {
			if _, err := p.Write([]byte("line " + string(rune('A'+i)) + "\n")); err != nil {
				t.Error(err)
			}
		}
		p.Close()
	}()
	if _, err := p.Run(); err != nil {
		t.Fatal(err)
	}
	text := out.String() + strings.Join(p.Rest(), "\n")
	at := 0
	for i := range 50 {
		k := strings.Index(text[at:], "line "+string(rune('A'+i)))
		if k < 0 {
			t.Fatalf("line %d is missing or out of order in %q", i, text)
		}
		at += k
	}
}
