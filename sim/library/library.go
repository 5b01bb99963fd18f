// Package library holds netlab's own scenarios, grouped by what they are about. They are
// what `netlab rules` shows as evidence, what the tests of the model play, and what
// `netlab sim NAME` plays without a file.
package library

import (
	"embed"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"netlab/sim/scenario"
)

//go:embed */*.txt
var files embed.FS

// Names lists the scenarios, such as "close/simultaneous-close", in order.
func Names() []string {
	var names []string
	_ = fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimSuffix(p, ".txt"))
		}
		return nil
	})
	slices.Sort(names)
	return names
}

// Text returns the text of a scenario; its folder may be left out if no other has the
// name.
func Text(name string) (text, full string, ok bool) {
	if data, err := files.ReadFile(name + ".txt"); err == nil {
		return string(data), name, true
	}
	for _, n := range Names() {
		if path.Base(n) == name {
			if ok {
				return "", "", false // two have it
			}
			data, err := files.ReadFile(n + ".txt")
			if err != nil {
				return "", "", false
			}
			text, full, ok = string(data), n, true
		}
	}
	return text, full, ok
}

// Scripts returns every script: a file of cases is as many. Each is named by its
// scenario.
func Scripts() ([]*scenario.Script, error) {
	var all []*scenario.Script
	var errs []error
	for _, name := range Names() {
		text, _, _ := Text(name)
		list, err := scenario.ParseFile(name, text)
		errs = append(errs, err)
		all = append(all, list...)
	}
	return all, errors.Join(errs...)
}
