package assignment

import (
	"strings"
	"testing"
	"testing/fstest"
)

const head = `format_version = 1
id = "echo"
revision = 2
kind = "program"
title = { en = "Echo", zh-CN = "回显" }
seed = { per = "student" }

[params]
word  = { pick = ["client", "hello", "ping"] }
ports = { range = [40000, 60999], distinct = 3 }
token = { hex = 8 }

[program]
host = "S"
role = "server"
stage = """
host A
host S
link A S
S: s = socket tcp
S: listen s 8888
"""
`

const oneCheck = `
[[check]]
id = "one"
points = 2
title = { en = "one client", zh-CN = "一个客户端" }
script = """
A: c = socket tcp
A: bind c :{ports[1]}
A: connect c S:8888
A: send c "{word} {token}"
"""
`

func loadText(text string) (*Assignment, error) {
	return Load(fstest.MapFS{FileName: {Data: []byte(text)}, "handout.en.md": {Data: []byte("Use {ports[0]}.")}}, "echo")
}

// A student has the same values each time, and others than the next one; a revision changes
// them; a seed from a report brings them back.
func TestValues(t *testing.T) {
	a, err := loadText(head + oneCheck)
	if err != nil {
		t.Fatal(err)
	}
	of := func(k Key) *Assignment {
		t.Helper()
		b, err := a.For(k)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	one, again, other := of(Key{Student: "s1"}), of(Key{Student: "s1"}), of(Key{Student: "s2"})
	if one.Values["token"] != again.Values["token"] || one.Values["token"] == other.Values["token"] {
		t.Errorf("tokens %q, %q, %q: want the same, and another", one.Values["token"], again.Values["token"], other.Values["token"])
	}
	seed, err := a.SeedOf(Key{Student: "s1"})
	if err != nil {
		t.Fatal(err)
	}
	if by := of(Key{Hex: seed}); by.Values["ports[2]"] != one.Values["ports[2]"] {
		t.Errorf("by its seed %s: port %s, want %s", seed, by.Values["ports[2]"], one.Values["ports[2]"])
	}
	if hidden := of(Key{Student: "s1", Extra: "submission"}); hidden.Values["token"] == one.Values["token"] {
		t.Error("hidden checks have the visible ones' values")
	}
	p := map[string]bool{}
	for _, i := range []string{"0", "1", "2"} {
		p[one.Values["ports["+i+"]"]] = true
	}
	if len(p) != 3 {
		t.Errorf("ports %v, want three different ones", p)
	}
	if s := one.Checks[0].Script; !strings.Contains(s, one.Values["word"]+" "+one.Values["token"]) || strings.Contains(s, "{") {
		t.Errorf("the script has no values in it:\n%s", s)
	}
	if text, err := one.Handout("en"); err != nil || text != "Use "+one.Values["ports[0]"]+"." {
		t.Errorf("handout %q, %v", text, err)
	}
}

// A mistake of the author is told with its place, what is wrong, and what was meant.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a typing error", strings.Replace(head, "revision", "revisoin", 1) + oneCheck, `echo/assignment.toml:3: unknown key "revisoin" (did you mean "revision"?)`},
		{"no TOML", "id = ", "echo/assignment.toml:1: "},
		{"no checks", head, "there is no [[check]]"},
		{"a wrong script", head + strings.Replace(oneCheck, "connect c S:8888", "conect c S:8888", 1), `check "one": line 8 of stage and script: unknown call "conect"`},
		{"an unknown check before it", head + oneCheck + `after = ["two"]`, `after "two": no check above it has that id`},
		{"half a title", head + strings.Replace(oneCheck, `, zh-CN = "一个客户端"`, "", 1), "title and help need en and zh-CN"},
		{"another kind's table", head + oneCheck + "\n[pcap]\nx = 1", `unknown key "pcap`},
		{"too many ports", strings.Replace(head, "distinct = 3", "distinct = 300", 1) + strings.ReplaceAll(oneCheck, "{ports[1]}", "1"), "different ones are wanted"},
		{"a pick that is no word", strings.Replace(head, `"hello"`, `"\"evil"`, 1) + oneCheck, "only letters, digits"},
		{"another version", strings.Replace(head, "format_version = 1", "format_version = 9", 1) + oneCheck, "format_version 9: this netlab reads 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := loadText(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}, "nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere/assignment.toml: file does not exist") {
		t.Errorf("a folder without one: %v", err)
	}
}

// The table of a kind is read as strictly as the rest, with the keys of that kind.
func TestOwn(t *testing.T) {
	a, err := loadText(strings.Replace(head, `"program"`, `"pcap"`, 1) + "[pcap]\nprotto = 'tcp'\n")
	if err != nil {
		t.Fatal(err)
	}
	var own struct {
		Ask []struct {
			Proto string `toml:"proto"`
		} `toml:"ask"`
	}
	if err := a.Own(&own); err == nil || !strings.HasSuffix(err.Error(), `unknown key "pcap.protto" (did you mean "proto"?)`) {
		t.Errorf("got %v", err)
	}
}

// No text makes the reader fail in another way than by an error, and what it takes can be
// taken for any student.
func FuzzLoad(f *testing.F) {
	f.Add(head + oneCheck)
	f.Add("kind = \"worksheet\"\n[worksheet]\nx = 1")
	f.Fuzz(func(t *testing.T, text string) {
		if a, err := loadText(text); err == nil {
			if _, err := a.For(Key{Student: "x"}); err != nil {
				t.Error(err)
			}
		}
	})
}
