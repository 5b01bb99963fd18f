//go:build mutants

package mutants

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// pitfalls is how many known mistakes of TCP simulators the list numbers.
const pitfalls = 28

// A mutant is one mistake, as mutants.txt describes it.
type mutant struct {
	line     int
	name     string
	pitfalls []int
	file     string
	old, new []string
	killers  []killer
}

// A killer is a test that fails if the mutant lives.
type killer struct{ pkg, run string }

func (k killer) String() string { return k.pkg + " " + k.run }

// root is the top of the source tree.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// readList reads mutants.txt.
func readList(t *testing.T) []mutant {
	t.Helper()
	text, err := os.ReadFile("mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []mutant
	inside := false
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			inside = inside && line != ""
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("mutants.txt:%d: no colon", i+1)
		}
		value = strings.TrimPrefix(value, " ")
		if (key == "mutant") == inside {
			t.Fatalf("mutants.txt:%d: a mutant begins with its name, after an empty line", i+1)
		}
		if !inside {
			list, inside = append(list, mutant{line: i + 1, name: value}), true
			continue
		}
		if err := list[len(list)-1].add(key, value); err != nil {
			t.Fatalf("mutants.txt:%d: %v", i+1, err)
		}
	}
	return list
}

func (m *mutant) add(key, value string) error {
	switch key {
	case "pitfall":
		for _, word := range strings.Fields(value) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > pitfalls {
				return fmt.Errorf("%q is no pitfall's number", word)
			}
			m.pitfalls = append(m.pitfalls, n)
		}
	case "file":
		m.file = value
	case "old":
		m.old = append(m.old, value)
	case "new":
		m.new = append(m.new, value)
	case "killed by":
		pkg, run, ok := strings.Cut(value, " ")
		if _, err := regexp.Compile(run); !ok || err != nil {
			return fmt.Errorf("%q is not a package and a test", value)
		}
		m.killers = append(m.killers, killer{pkg, run})
	default:
		return fmt.Errorf("unknown word %q", key)
	}
	return nil
}

// mutate returns the file's text with the mistake in it.
func (m *mutant) mutate(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root(t), m.file))
	if err != nil {
		t.Fatal(err)
	}
	was, is := strings.Join(m.old, "\n"), strings.Join(m.new, "\n")
	if n := strings.Count(string(src), was); n != 1 {
		t.Fatalf("%s has the old text %d times, want once:\n%s", m.file, n, was)
	}
	return strings.Replace(string(src), was, is, 1)
}

// build compiles the tests of a package, with other text for some files.
func build(t *testing.T, pkg, overlay string) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), strings.ReplaceAll(pkg, "/", "-")+".test")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay="+overlay, "-o", bin, "./"+pkg)
	cmd.Dir = root(t)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the tests of %s do not compile: %v\n%s", pkg, err, out)
	}
	return bin
}

// run runs some tests of a package and reports whether all of them passed.
func run(t *testing.T, bin string, k killer) (passed bool, out string) {
	t.Helper()
	cmd := exec.Command(bin, "-test.v", "-test.timeout=60s", "-test.run", "^("+k.run+")$")
	if strings.Contains(k.run, "/") {
		cmd.Args[len(cmd.Args)-1] = k.run
	}
	cmd.Dir = filepath.Join(root(t), k.pkg)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	err := cmd.Run()
	out = text.String()
	switch {
	case !strings.Contains(out, "=== RUN"):
		t.Fatalf("%s is no test", k)
	case err == nil:
		return true, out
	case !strings.Contains(out, "--- FAIL") && !strings.Contains(out, "panic:"):
		t.Fatalf("%s did not run: %v\n%s", k, err, out)
	}
	return false, out
}

// The list is well formed, and every pitfall has a mutant.
func TestList(t *testing.T) {
	names, covered := map[string]bool{}, map[int]bool{}
	for _, m := range readList(t) {
		switch {
		case names[m.name]:
			t.Errorf("mutants.txt:%d: a second mutant %q", m.line, m.name)
		case m.file == "", len(m.old) == 0, len(m.new) == 0, len(m.killers) == 0:
			t.Errorf("mutants.txt:%d: %q needs a file, an old and a new text and what kills it", m.line, m.name)
		case slices.Equal(m.old, m.new):
			t.Errorf("mutants.txt:%d: %q changes nothing", m.line, m.name)
		}
		names[m.name] = true
		for _, p := range m.pitfalls {
			covered[p] = true
		}
	}
	for p := range pitfalls {
		if !covered[p+1] {
			t.Errorf("pitfall %d has no mutant", p+1)
		}
	}
}

// Without a mistake in the model, every test that is to kill a mutant passes: otherwise
// its failure would say nothing.
func TestKillersPassWithoutMutants(t *testing.T) {
	bins, ran := map[string]string{}, map[killer]bool{}
	for _, m := range readList(t) {
		for _, k := range m.killers {
			if ran[k] {
				continue
			}
			ran[k] = true
			if bins[k.pkg] == "" {
				bins[k.pkg] = build(t, k.pkg, "")
			}
			if passed, out := run(t, bins[k.pkg], k); !passed {
				t.Errorf("%s fails without a mutant:\n%s", k, out)
			}
		}
	}
}

// Each mutant compiles, and each test that is to kill it fails. The tree is never
// changed: the compiler reads the mutated file from elsewhere.
func TestMutants(t *testing.T) {
	list := readList(t)
	took := make([]time.Duration, len(list))
	killed := make([]bool, len(list))
	twoAtOnce := make(chan struct{}, 2)
	var wg sync.WaitGroup
	wg.Add(len(list))
	t.Run("each", func(t *testing.T) {
		for i := range list {
			m := &list[i]
			t.Run(m.name, func(t *testing.T) {
				defer wg.Done()
				t.Parallel()
				twoAtOnce <- struct{}{}
				defer func() { <-twoAtOnce }()
				start := time.Now()
				m.kill(t)
				took[i], killed[i] = time.Since(start), !t.Failed()
			})
		}
	})
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	lives := 0
	for i := range list {
		m := &list[i]
		if took[i] == 0 {
			continue // -run has left it out
		}
		verdict := "killed by"
		if !killed[i] {
			verdict = "LIVES:"
			lives++
		}
		var by []string
		for _, k := range m.killers {
			by = append(by, k.String())
		}
		fmt.Fprintf(table, "%s\t%s %s\t%.1fs\n", m.name, verdict, strings.Join(by, ", "), took[i].Seconds())
	}
	_ = table.Flush()
	fmt.Printf("%d mutants, %d of them not killed\n", len(list), lives)
}

// kill builds and runs the tests that must notice the mutant.
func (m *mutant) kill(t *testing.T) {
	dir := t.TempDir()
	mutated, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(mutated, []byte(m.mutate(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	replace := map[string]map[string]string{"Replace": {filepath.Join(root(t), m.file): mutated}}
	text, err := json.Marshal(replace)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, text, 0o600); err != nil {
		t.Fatal(err)
	}
	bins := map[string]string{}
	for _, k := range m.killers {
		if bins[k.pkg] == "" {
			bins[k.pkg] = build(t, k.pkg, overlay)
		}
		if passed, _ := run(t, bins[k.pkg], k); passed {
			t.Errorf("mutants.txt:%d: %s passes: the mutant lives", m.line, k)
		}
	}
}
