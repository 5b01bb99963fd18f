//go:build e2e

package e2e

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A chromium is a browser that is driven through its pipe: DevTools messages, each ended by
// a zero octet. No port is open, and no library is needed.
type chromium struct {
	t    *testing.T
	in   io.Writer
	mu   sync.Mutex
	last int
	wait map[int]chan devtools
	tabs map[string]*tab
	gone chan struct{}
}

// A devtools message is a question, its answer, or an event.
type devtools struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// open starts a browser for a test.
func open(t *testing.T) *chromium {
	t.Helper()
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile, err := os.MkdirTemp("", "netlab-chromium") // Chromium writes on while a test's own folder is removed
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
		"--user-data-dir="+profile, "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirIn.Close(), theirOut.Close()
	c := &chromium{t: t, in: ourOut, wait: map[int]chan devtools{}, tabs: map[string]*tab{}, gone: make(chan struct{})}
	go c.read(ourIn)
	t.Cleanup(func() {
		_ = ourOut.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(profile)
	})
	return c
}

// read hands answers to those who wait for them, and complaints to their tabs.
func (c *chromium) read(from io.Reader) {
	defer close(c.gone)
	r := bufio.NewReader(from)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m devtools
		if json.Unmarshal(line[:len(line)-1], &m) != nil {
			continue
		}
		c.mu.Lock()
		if w := c.wait[m.ID]; m.ID > 0 && w != nil {
			delete(c.wait, m.ID)
			w <- m
		}
		if t := c.tabs[m.Session]; t != nil {
			t.hear(m.Method, line[:len(line)-1])
		}
		c.mu.Unlock()
	}
}

// call asks the browser, or one of its tabs, for something.
func (c *chromium) call(session, method string, params any, result any) {
	c.t.Helper()
	w := make(chan devtools, 1)
	c.mu.Lock()
	c.last++
	m := devtools{ID: c.last, Session: session, Method: method, Params: params}
	c.wait[m.ID] = w
	data, err := json.Marshal(m)
	if err == nil {
		_, err = c.in.Write(append(data, 0))
	}
	c.mu.Unlock()
	if err != nil {
		c.t.Fatal(err)
	}
	select {
	case m = <-w:
	case <-c.gone:
		c.t.Fatalf("%s: the browser is gone", method)
	case <-time.After(30 * time.Second):
		c.t.Fatalf("%s: no answer from the browser", method)
	}
	if m.Error != nil {
		c.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			c.t.Fatalf("%s: %v", method, err)
		}
	}
}

// A tab is one page.
type tab struct {
	c          *chromium
	session    string
	complaints []string
}

// tab opens a page in a profile of its own, of the given size.
func (c *chromium) tab(url string, w, h int) *tab {
	c.t.Helper()
	var profile struct {
		ID string `json:"browserContextId"`
	}
	c.call("", "Target.createBrowserContext", map[string]any{}, &profile)
	var target struct {
		ID string `json:"targetId"`
	}
	c.call("", "Target.createTarget", map[string]any{"url": "about:blank", "browserContextId": profile.ID, "width": w, "height": h}, &target)
	var session struct {
		ID string `json:"sessionId"`
	}
	c.call("", "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &session)
	t := &tab{c: c, session: session.ID}
	c.mu.Lock()
	c.tabs[session.ID] = t
	c.mu.Unlock()
	for _, domain := range []string{"Runtime", "Log", "Page"} {
		t.call(domain+".enable", map[string]any{}, nil)
	}
	t.size(w, h)
	t.call("Page.navigate", map[string]any{"url": url}, nil)
	return t
}

// hear notes what the console says.
func (t *tab) hear(method string, line []byte) {
	var level struct {
		Params struct {
			Type  string `json:"type"`
			Entry struct {
				Level, Text, URL string
			} `json:"entry"`
		} `json:"params"`
	}
	_ = json.Unmarshal(line, &level)
	switch {
	case method == "Runtime.exceptionThrown",
		method == "Runtime.consoleAPICalled" && (level.Params.Type == "error" || level.Params.Type == "warning"),
		method == "Log.entryAdded" && (level.Params.Entry.Level == "error" || level.Params.Entry.Level == "warning"):
		t.complaints = append(t.complaints, string(line))
	}
}

// complained returns what the console has said since it was last asked.
func (t *tab) complained() string {
	t.c.mu.Lock()
	defer t.c.mu.Unlock()
	out := strings.Join(t.complaints, "\n")
	t.complaints = nil
	return out
}

func (t *tab) call(method string, params, result any) {
	t.c.t.Helper()
	t.c.call(t.session, method, params, result)
}

func (t *tab) size(w, h int) {
	t.c.t.Helper()
	t.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false}, nil)
}

// eval evaluates an expression, waits for its promise, and reads its value.
func (t *tab) eval(expression string, value any) {
	t.c.t.Helper()
	var got struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Details *struct {
			Text      string
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	t.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &got)
	if got.Details != nil {
		t.c.t.Fatalf("%.200s: %s %s", expression, got.Details.Text, got.Details.Exception.Description)
	}
	if value != nil {
		if err := json.Unmarshal(got.Result.Value, value); err != nil {
			t.c.t.Fatalf("%.200s: %v in %s", expression, err, got.Result.Value)
		}
	}
}

// until waits until a condition holds on the page.
func (t *tab) until(condition string) {
	t.c.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		ok := false
		// A page that is not ready yet has not its names.
		if t.eval("(() => { try { return !!("+condition+") } catch { return false } })()", &ok); ok {
			return
		}
	}
	var text string
	t.eval("document.body.innerText", &text)
	t.c.t.Fatalf("%s: not so after 20 s; the page says\n%s", condition, text)
}

// codes are the key codes of keys that write nothing.
var codes = map[string]int{"PageDown": 34, "PageUp": 33, "Escape": 27, "Enter": 13, "F5": 116, "Home": 36, "End": 35, "ArrowLeft": 37, "ArrowRight": 39, "Tab": 9}

// press presses keys one after another, by their names in the DOM.
func (t *tab) press(keys ...string) {
	t.c.t.Helper()
	for _, k := range keys {
		down := map[string]any{"type": "keyDown", "key": k, "windowsVirtualKeyCode": codes[k]}
		if len(k) == 1 {
			down["text"] = k
		}
		if k == "Enter" {
			down["text"] = "\r"
		}
		t.call("Input.dispatchKeyEvent", down, nil)
		t.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": k, "windowsVirtualKeyCode": codes[k]}, nil)
	}
}

// shot writes a picture of the page, if a folder for them is named: for people to look at.
func (t *tab) shot(name string) {
	t.c.t.Helper()
	dir := os.Getenv("NETLAB_SHOTS")
	if dir == "" {
		return
	}
	var got struct{ Data string }
	t.call("Page.captureScreenshot", map[string]any{"format": "png"}, &got)
	data, err := base64.StdEncoding.DecodeString(got.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s.png", name)), data, 0o644)
	}
	if err != nil {
		t.c.t.Fatal(err)
	}
}
