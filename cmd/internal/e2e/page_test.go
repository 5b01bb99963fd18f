//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// browser finds Chromium under one of its names.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium: apt-get install chromium")
	return ""
}

// dump opens a page in Chromium and returns what its scripts have made of it, and what
// they complained about.
func dump(t *testing.T, url string) (page, complaints string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser(t), "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+t.TempDir(),
		"--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", url)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("chromium: %v\n%s", err, errs.String())
	}
	for _, line := range strings.Split(errs.String(), "\n") {
		if strings.Contains(line, "CONSOLE") {
			complaints += line + "\n"
		}
	}
	return string(out), complaints
}

// The page steps through a scenario in a real browser: at each step exactly the arrows
// that have left are there, the event is marked, and the variables are those of the step.
func TestPageInChromium(t *testing.T) {
	for _, c := range []struct {
		scenario string
		step     int
		want     []string
	}{
		{"close/simultaneous-close", 0, []string{`data-step="0"`}},
		{"close/simultaneous-close", 18, []string{`data-step="18"`, "A c  ESTABLISHED", "B s.1  SYN-RECEIVED", `aria-current="step"`}},
		{"close/simultaneous-close", 999, []string{`data-step="44"`, "A c  CLOSED"}},
		{"network/many-clients", 999, []string{"S x  ESTABLISHED", "S z  ESTABLISHED"}},
		{"udp/fragments", 0, nil},
	} {
		path := filepath.Join(t.TempDir(), "page.html")
		args := []string{"sim", c.scenario, "--format", "html", "-o", path}
		if c.scenario == "udp/fragments" {
			args = append(args, "--case", "one fragment is lost")
		}
		if out, err := exec.Command(binary, args...).CombinedOutput(); err != nil {
			t.Fatalf("netlab %v: %v\n%s", args, err, out)
		}
		page, complaints := dump(t, fmt.Sprintf("file://%s#%d", path, c.step))
		if complaints != "" {
			t.Errorf("%s: the browser complains:\n%s", c.scenario, complaints)
		}
		for _, want := range c.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s at step %d: the page lacks %q", c.scenario, c.step, want)
			}
		}
		arrows := regexp.MustCompile(`<g data-n="\d+"( class="future")?><line`).FindAllStringSubmatch(page, -1)
		future := 0
		for _, a := range arrows {
			if a[1] != "" {
				future++
			}
		}
		switch {
		case len(arrows) == 0:
			t.Errorf("%s: no arrows on the page", c.scenario)
		case c.step == 0 && future != len(arrows):
			t.Errorf("%s: before the first step %d of %d arrows are hidden", c.scenario, future, len(arrows))
		case c.step == 999 && future != 0:
			t.Errorf("%s: at the end %d arrows are hidden", c.scenario, future)
		case c.step == 18 && (future == 0 || future == len(arrows)):
			t.Errorf("%s: in the middle %d of %d arrows are hidden", c.scenario, future, len(arrows))
		}
	}
}
