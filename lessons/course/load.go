package course

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"

	"netlab/lessons/text"
	"netlab/sim/scenario"
	"netlab/sim/trace"
)

// Load reads the lesson in a folder of fsys. The error joins one error for each
// mistake, each naming the file.
func Load(fsys fs.FS, dir string) (*Lesson, error) {
	name := path.Join(dir, "lesson.toml")
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var t tomlLesson
	meta, err := toml.Decode(string(data), &t)
	if err != nil {
		return nil, tomlError(name, err)
	}
	var errs []error
	for _, key := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("%s: unknown key %q", name, key.String()))
	}
	l := &Lesson{Dir: path.Base(dir), ID: t.ID, After: t.After, Minutes: t.Minutes, Seed: t.Seeds.Default,
		Calls: t.Calls, Compare: t.Live.Compare, NoLive: t.Live.Reason, Worlds: map[string]*scenario.Script{}, Texts: map[string]*Text{},
		Recorded: map[string]*trace.Trace{}, Beliefs: map[string]text.Misconception{}}
	errs = append(errs, l.fill(name, &t)...)
	errs = append(errs, l.loadScripts(fsys, dir)...)
	errs = append(errs, l.loadTexts(fsys, dir)...)
	errs = append(errs, l.loadBeliefs(fsys, dir)...)
	errs = append(errs, l.loadRecorded(fsys, dir)...)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return l, nil
}

// loadScripts reads scenario.txt and every world that the lesson names; a file
// that it does not name is a mistake.
func (l *Lesson) loadScripts(fsys fs.FS, dir string) (errs []error) {
	read := func(file string) *scenario.Script {
		data, err := fs.ReadFile(fsys, path.Join(dir, file))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", path.Join(dir, file), err))
			return nil
		}
		s, err := scenario.Parse(path.Join(l.Dir, file), string(data))
		if err != nil {
			errs = append(errs, err)
			return nil
		}
		return s
	}
	if l.Script = read(sceneFile("")); l.Script != nil {
		l.Script.Name = l.ID
	}
	named := l.Scenes()
	for _, name := range named {
		if name == "" {
			continue
		}
		if w := read(sceneFile(name)); w != nil {
			w.Name = l.SceneName(name)
			l.Worlds[name] = w
		}
	}
	files, err := fs.Glob(fsys, path.Join(dir, "worlds", "*.txt"))
	if err != nil {
		return append(errs, err)
	}
	for _, f := range files {
		if name := strings.TrimSuffix(path.Base(f), ".txt"); !slices.Contains(named, name) {
			errs = append(errs, fmt.Errorf("%s: no step, question or challenge uses it", f))
		}
	}
	return errs
}

func (l *Lesson) loadTexts(fsys fs.FS, dir string) (errs []error) {
	names, err := fs.Glob(fsys, path.Join(dir, "text", "*.md"))
	if err != nil || len(names) == 0 {
		return []error{fmt.Errorf("%s: no text files", path.Join(dir, "text"))}
	}
	sort.Strings(names)
	there := map[string]bool{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		lang := strings.TrimSuffix(path.Base(name), ".md")
		there[lang] = true
		t, err := parseText(path.Join(l.Dir, "text", path.Base(name)), string(data))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		l.Texts[lang] = t
	}
	if !there["en"] {
		errs = append(errs, fmt.Errorf("%s: en.md is missing", path.Join(dir, "text")))
	}
	return errs
}

// loadBeliefs reads the misconceptions that a lesson brings along.
func (l *Lesson) loadBeliefs(fsys fs.FS, dir string) []error {
	name := path.Join(dir, "misconceptions.toml")
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // most have none of their own
	}
	if err != nil {
		return []error{err}
	}
	meta, err := toml.Decode(string(data), &l.Beliefs)
	if err != nil {
		return []error{tomlError(name, err)}
	}
	var errs []error
	for _, key := range meta.Undecoded() {
		errs = append(errs, fmt.Errorf("%s: unknown key %q", name, key.String()))
	}
	for id, m := range l.Beliefs {
		if !idForm.MatchString(id) || m.EN == "" || m.ZH == "" || m.Lesson == "" {
			errs = append(errs, fmt.Errorf("%s: %s needs an id in small letters, en, zh-CN and lesson", name, id))
		}
	}
	return errs
}

// recordedMain is the file name of the recorded run of scenario.txt.
const recordedMain = "main"

// RecordedFile is where the recorded run of a scene stands in the lesson's folder.
func RecordedFile(scene string) string {
	if scene == "" {
		scene = recordedMain
	}
	return "recorded/" + scene + ".json"
}

// loadRecorded reads the recorded runs that are shown where live is refused. A
// lesson need not have any.
func (l *Lesson) loadRecorded(fsys fs.FS, dir string) (errs []error) {
	files, err := fs.Glob(fsys, path.Join(dir, "recorded", "*.json"))
	if err != nil {
		return []error{err}
	}
	for _, name := range files {
		scene := strings.TrimSuffix(path.Base(name), ".json")
		if scene == recordedMain {
			scene = ""
		}
		if l.Scene(scene) == nil {
			errs = append(errs, fmt.Errorf("%s: the lesson has no such scene", name))
			continue
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		t, err := trace.ReadJSON(strings.NewReader(string(data)))
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
			continue
		}
		l.Recorded[scene] = t
	}
	return errs
}
