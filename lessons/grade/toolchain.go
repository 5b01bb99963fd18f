package grade

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/handin"
	"netlab/live/jail"
)

// A recipe is how a program is made of the files of a submission, and started.
type recipe struct {
	what   string   // for people: such as C
	needs  []string // programs of the machine; one of them is enough
	build  []string
	within time.Duration
	run    []string
	crates []string // of Rust, that the program wants and nobody can fetch
}

// A tool is how programs of one language are made. NAME stands for the assignment's name of the
// program, EDITION for that of Rust.
type tool struct {
	what  string
	when  []string // a file that one of these patterns fits makes it this language
	build string   // for sh -c
	run   string   // words
	needs []string // programs of the machine; one of them is enough
}

// golang is the language whose library is compiled with each program.
const golang = "Go"

// rust is the language whose programs say in Cargo.toml how they are to be compiled.
const rust = "Rust"

// tools are tried in this order: what says itself how it is built comes first. The names of sources may
// have spaces and signs in them: browsers call a second download "server (1).c".
var tools = []tool{
	{"run.sh", []string{"run.sh"}, "", "sh run.sh", []string{"sh"}},
	{"make", []string{"Makefile", "makefile", "GNUmakefile"}, "make", "./NAME", []string{"make"}},
	{"CMake", []string{"CMakeLists.txt"}, "cmake -S . -B build -DCMAKE_BUILD_TYPE=Release && cmake --build build -j2 && cp \"$(find build -type f -perm -u+x ! -path '*/CMakeFiles/*' | head -1)\" NAME", "./NAME", []string{"cmake"}},
	{"Qt", []string{"*.pro"}, "mkdir -p build && cd build && { command -v qmake6 >/dev/null && qmake6 CONFIG+=release ../*.pro || qmake CONFIG+=release ../*.pro; } && make -j2 && cd .. && cp \"$(find build -maxdepth 2 -type f -perm -u+x | head -1)\" NAME", "./NAME", []string{"qmake6", "qmake"}},
	{golang, []string{"go.mod"}, "go build -o NAME .", "./NAME", []string{"go"}},
	{golang, []string{"*.go"}, "go build -o NAME ./*.go", "./NAME", []string{"go"}},
	{"Java", []string{"*.java"}, "mkdir -p classes && find . -name '*.java' -exec javac -encoding UTF-8 -d classes {} +", "sh -c 'exec java -XX:TieredStopAtLevel=1 -Xshare:auto -cp classes \"$(grep -lE \"static +void +main\" -r --include=*.java . | head -1 | xargs -I@ grep -hE \"^ *package\" @ | sed -E \"s/^ *package +([^; ]+).*/\\\\1./\" | head -1)$(grep -lE \"static +void +main\" -r --include=*.java . | head -1 | sed -E \"s#.*/([^/]+)\\.java#\\\\1#\")\" \"$@\"' java", []string{"javac"}},
	{rust, []string{"*.rs"}, "rustc --edition EDITION -O -o NAME \"$(ls NAME.rs main.rs src/main.rs ./*.rs 2>/dev/null | head -1)\"", "./NAME", []string{"rustc"}},
	{"C++", []string{"*.cpp", "*.cc", "*.cxx"}, "find . '(' -name '*.cpp' -o -name '*.cc' -o -name '*.cxx' -o -name '*.c' ')' -exec sh -c 'c++ -std=c++17 -O1 -pthread \"$@\" -o NAME' sh {} +", "./NAME", []string{"c++", "g++"}},
	{"C", []string{"*.c"}, "find . -name '*.c' -exec sh -c 'cc -O1 -pthread \"$@\" -o NAME -lm' sh {} +", "./NAME", []string{"cc", "gcc"}},
	{"Python", []string{"*.py"}, "", "python3 NAME.py", []string{"python3"}},
	{"JavaScript", []string{"*.js", "*.mjs"}, "", "node NAME.js", []string{"node"}},
	{"Perl", []string{"*.pl"}, "", "perl NAME.pl", []string{"perl"}},
	{"Ruby", []string{"*.rb"}, "", "ruby NAME.rb", []string{"ruby"}},
	{"Tcl", []string{"*.tcl"}, "", "tclsh NAME.tcl", []string{"tclsh"}},
	{"PHP", []string{"*.php"}, "", "php NAME.php", []string{"php"}},
	{"Lua", []string{"*.lua"}, "", "lua NAME.lua", []string{"lua"}},
	{"a script", []string{"NAME"}, "", "./NAME", []string{"sh"}},
}

// buildWithin is how long a build may take if the assignment does not say.
const buildWithin = 2 * time.Minute

// buildLimits are what compilers need.
var buildLimits = jail.Limits{CPU: 2 * time.Minute, Memory: 2 << 30, Processes: 256, Disk: 512 << 20, Files: 50000, Open: 1024}

// recipeFor finds how the submission is built and run; nil: nothing in it can be.
func recipeFor(a *assignment.Assignment, h *handin.Handin) *recipe {
	s := a.Submission
	name := cmp.Or(s.Name, "server")
	var r *recipe
	for _, rule := range s.Run {
		if rule.When == "*" || h.Has(rule.When) {
			r = &recipe{what: rule.When, run: rule.Argv}
			break
		}
	}
	for _, rule := range s.Build {
		if r != nil && (rule.When == "*" || h.Has(rule.When)) {
			r.build, r.within = rule.Argv, time.Duration(rule.Timeout)
			break
		}
	}
	for i := 0; i < len(tools) && r == nil; i++ {
		r = tools[i].recipe(name, h)
	}
	if r == nil {
		return nil
	}
	r.within = cmp.Or(r.within, buildWithin)
	r.run = slices.Concat(r.run, s.Args)
	return r
}

// recipe is the tool's for a hand-in, or nil.
func (t *tool) recipe(name string, h *handin.Handin) *recipe {
	if !slices.ContainsFunc(t.when, func(p string) bool { return h.Has(strings.ReplaceAll(p, "NAME", name)) }) {
		return nil
	}
	r := &recipe{what: t.what, needs: t.needs, run: words(strings.ReplaceAll(t.run, "NAME", name))}
	if t.build != "" {
		build := strings.ReplaceAll(t.build, "NAME", name)
		if t.what == rust {
			c := cargoOf(h)
			build, r.crates = strings.ReplaceAll(build, "EDITION", c.edition), c.depends
		}
		r.build = []string{"sh", "-c", build}
		return r
	}
	// A script that is not called as the assignment says, but is the only one, is meant.
	last := r.run[len(r.run)-1]
	if ending := strings.TrimPrefix(t.when[0], "*"); strings.HasSuffix(last, ending) && !h.Has(last) {
		var all []string
		for _, f := range h.Files {
			if strings.HasSuffix(f.Name, ending) {
				all = append(all, f.Name)
			}
		}
		if len(all) == 1 {
			r.run[len(r.run)-1] = all[0]
		} else if i := slices.Index(all, "main"+ending); i >= 0 {
			r.run[len(r.run)-1] = all[i]
		}
	}
	return r
}

// words splits a command; what stands between single quotes is one word.
func words(command string) (all []string) {
	for i, part := range strings.Split(command, "'") {
		if i%2 == 1 {
			all = append(all, part)
		} else {
			all = append(all, strings.Fields(part)...)
		}
	}
	return all
}
