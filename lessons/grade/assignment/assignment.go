// Package assignment reads what a teacher has written: assignment.toml, the parameters that
// differ from student to student, and the handouts. It grades nothing.
package assignment

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"netlab/lessons/grade/result"
	"netlab/lessons/text"
	"netlab/sim/scenario"
)

// FormatVersion is the version of the format that this package reads.
const FormatVersion = 1

// FileName is the name of the file that makes a folder an assignment.
const FileName = "assignment.toml"

// The bounds of an assignment's file.
const maxFile = 256 << 10

// A Kind is what is handed in.
type Kind string

// The kinds.
const (
	Worksheet  Kind = "worksheet"  // answers to a table of blanks
	Program    Kind = "program"    // a client or a server, in any language
	PCAP       Kind = "pcap"       // a capture and answers about it
	Transcript Kind = "transcript" // the record of a lesson
)

// An Assignment is what students are asked to do, with one student's parameters in it.
type Assignment struct {
	Version      int              `toml:"format_version"`
	ID           string           `toml:"id"`
	Revision     int              `toml:"revision"`
	Kind         Kind             `toml:"kind"`
	Title        text.Both        `toml:"title"`
	MinIsolation string           `toml:"min_isolation"` // L3, which is also what is meant if nothing is said
	NotBefore    time.Time        `toml:"not_before"`    // an official mark needs both
	NotAfter     time.Time        `toml:"not_after"`
	Seed         Seed             `toml:"seed"`
	Params       map[string]Param `toml:"params"`
	Submission   Submission       `toml:"submission"`
	Program      ProgramSpec      `toml:"program"`
	Limits       Limits           `toml:"limits"`
	Checks       []Check          `toml:"check"`

	Worksheet  toml.Primitive `toml:"worksheet"` // each kind reads its own table
	PCAP       toml.Primitive `toml:"pcap"`
	Transcript toml.Primitive `toml:"transcript"`

	SHA256 string            `toml:"-"` // of the file as it was written
	Values map[string]string `toml:"-"` // of the parameters
	FS     fs.FS             `toml:"-"` // the folder
	Dir    string            `toml:"-"` // where that is on disk; empty: built in
	meta   toml.MetaData
	text   string
	name   string
}

// A Seed says for whom parameters differ.
type Seed struct {
	Per        string `toml:"per"`         // student (the default), or class: all have the same
	SecretFile string `toml:"secret_file"` // beside the assignment; without it, anybody can compute the parameters
}

// A Submission says which files are taken, and how a program is made of them.
type Submission struct {
	Accept        []string `toml:"accept"`
	Name          string   `toml:"name"` // of the program: server, for server.py, server.c, …
	Args          []string `toml:"args"` // that the program is given
	Build         []Rule   `toml:"build"`
	Run           []Rule   `toml:"run"`
	AllowBinaries bool     `toml:"allow_binaries"`
	Dirs          []string `toml:"dirs"` // folders of the grader's machine that the program may read
}

// A Rule says what to do when a file is there.
type Rule struct {
	When    string   `toml:"when"` // a pattern of file names; * for always
	Argv    []string `toml:"argv"`
	Timeout Duration `toml:"timeout"`
}

// A ProgramSpec says which host the student's program plays.
type ProgramSpec struct {
	Host  string   `toml:"host"`
	Role  string   `toml:"role"`  // server, or client
	Ready Duration `toml:"ready"` // how long it may take to serve
	Stage string   `toml:"stage"` // the lines with which the script of each check begins
}

// Limits bound a program; what is not said is the sandbox's default.
type Limits struct {
	Wall      Duration `toml:"wall"` // of each check
	CPU       Duration `toml:"cpu"`
	Memory    Size     `toml:"memory"`
	Processes int      `toml:"processes"`
	Disk      Size     `toml:"disk"`
	Output    Size     `toml:"output"`
}

// A Check is one thing that a program is held to: a script in which it plays a host.
type Check struct {
	ID          string             `toml:"id"`
	Number      string             `toml:"number"`
	Title       text.Both          `toml:"title"`
	Points      float64            `toml:"points"`
	After       []string           `toml:"after"` // checks that must have passed
	Needs       []string           `toml:"needs"`
	Visibility  result.Visibility  `toml:"visibility"`
	Requirement result.Requirement `toml:"requirement"`
	Script      string             `toml:"script"`
	Helper      text.Both          `toml:"help"`  // where to look when it fails
	Hints       []Hint             `toml:"hints"` // the first that fits is told
	Belief      string             `toml:"belief"`
	Tags        []string           `toml:"tags"`
}

// A Hint is told when what came in the place of what was expected looks so.
type Hint struct {
	If  string    `toml:"if"` // an RE2 pattern over the octets that came
	Say text.Both `toml:"say"`
}

// A Duration is a time such as "2s".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err == nil && (v < 0 || v > time.Hour) {
		err = fmt.Errorf("%q is not between 0 and an hour", b)
	}
	*d = Duration(v)
	return err
}

// A Size is a number of octets such as "64MiB".
type Size int64

// UnmarshalText implements encoding.TextUnmarshaler.
func (z *Size) UnmarshalText(b []byte) error {
	text, unit := string(b), int64(1)
	for name, n := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if rest, ok := strings.CutSuffix(text, name); ok {
			text, unit = rest, n
		}
	}
	var v int64
	if _, err := fmt.Sscanf(text, "%d", &v); err != nil || v < 0 || v > 1<<40/unit || fmt.Sprint(v) != text {
		return fmt.Errorf("%q is no size such as 64MiB", b)
	}
	*z = Size(v * unit)
	return nil
}

// Load reads the assignment in a folder. All its mistakes are in the error.
func Load(folder fs.FS, name string) (*Assignment, error) { return load(folder, name, "") }

// LoadDir reads the assignment in a folder on disk.
func LoadDir(dir string) (*Assignment, error) { return load(os.DirFS(dir), dir, dir) }

func load(folder fs.FS, name, dir string) (*Assignment, error) {
	f, err := folder.Open(FileName)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(name, FileName), cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxFile {
		return nil, fmt.Errorf("%s: larger than %d KiB", path.Join(name, FileName), maxFile>>10)
	}
	data, err := fs.ReadFile(folder, FileName)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path.Join(name, FileName), cause(err))
	}
	a, err := parse(path.Join(name, FileName), string(data))
	if err != nil {
		return nil, err
	}
	a.FS, a.Dir = folder, dir
	sum := sha256.Sum256(data)
	a.SHA256 = hex.EncodeToString(sum[:])
	sample, err := a.For(Key{Student: "sample"}) // its mistakes show only with values in it
	if err != nil {
		return nil, err
	}
	return a, errors.Join(sample.mistakes()...)
}

func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// parse reads the text of an assignment, strictly.
func parse(name, text string) (*Assignment, error) {
	a := &Assignment{text: text, name: name}
	meta, err := toml.Decode(text, a)
	if err != nil {
		var p toml.ParseError
		if errors.As(err, &p) {
			return nil, fmt.Errorf("%s:%d: %s", name, p.Position.Line, p.Message)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.meta = meta
	for _, key := range meta.Undecoded() {
		if slices.Contains([]string{"worksheet", "pcap", "transcript"}, key[0]) && string(a.Kind) == key[0] {
			continue // read by its kind, as strictly
		}
		return nil, fmt.Errorf("%s:%d: unknown key %q%s", name, line(text, key[len(key)-1]), key, meant(key[len(key)-1], a))
	}
	return a, nil
}

// line finds the first line on which a key is given a value, or a table has its name.
func line(text, key string) int {
	for i, l := range strings.Split(text, "\n") {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(l, " \t["), key); ok && strings.ContainsAny(strings.TrimSpace(rest)+" ", "=]. ") {
			return i + 1
		}
	}
	return 1
}

// keysOf lists the keys of a table by the type that it is decoded into, for hints.
func keysOf(t reflect.Type) (keys []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return keysOf(t.Elem())
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			if name := f.Tag.Get("toml"); name != "" && name != "-" {
				keys = append(append(keys, name), keysOf(f.Type)...)
			}
		}
	default: // a value has no keys
	}
	return keys
}

// meant suggests the key of a table that was meant.
func meant(key string, table any) string {
	if k := text.Nearest(key, keysOf(reflect.TypeOf(table)), 2); k != "" {
		return ` (did you mean "` + k + `"?)`
	}
	return " (netlab homework new writes one with every key)"
}

// Own decodes the table of the assignment's kind into a value, strictly; one
// that can check itself does so.
func (a *Assignment) Own(into any) error {
	table := map[Kind]toml.Primitive{Worksheet: a.Worksheet, PCAP: a.PCAP, Transcript: a.Transcript}[a.Kind]
	meta := a.meta
	if err := meta.PrimitiveDecode(table, into); err != nil {
		return fmt.Errorf("%s: [%s]: %w", a.name, a.Kind, err)
	}
	for _, key := range meta.Undecoded() {
		if key[0] == string(a.Kind) {
			return fmt.Errorf("%s:%d: unknown key %q%s", a.name, line(a.text, key[len(key)-1]), key, meant(key[len(key)-1], into))
		}
	}
	if c, ok := into.(interface{ Check() error }); ok {
		return c.Check()
	}
	return nil
}

// Name is the file that an error names.
func (a *Assignment) Name() string { return a.name }

// String is the assignment's id and revision, such as port-echo@1.
func (a *Assignment) String() string { return fmt.Sprintf("%s@%d", a.ID, a.Revision) }

// Script is the script of a check.
func (a *Assignment) Script(c *Check) (*scenario.Script, error) {
	return scenario.Parse(a.ID+"/"+c.ID, a.Program.Stage+c.Script)
}

// Handout is the text that students get, in a language, with this student's values.
func (a *Assignment) Handout(lang string) (string, error) {
	data, err := fs.ReadFile(a.FS, "handout."+lang+".md")
	if err != nil {
		return "", fmt.Errorf("%s: %w", path.Join(path.Dir(a.name), "handout."+lang+".md"), cause(err))
	}
	return substitute(string(data), a.Values), nil
}
