package grade

import (
	"bytes"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"netlab/lessons/grade/handin"
)

// cargoFile is the name of the file in which a Rust program says how it is built.
const cargoFile = "Cargo.toml"

// A cargo is what a Cargo.toml says of how its program is compiled. Cargo itself is not run: it
// would want to fetch what the program depends on.
type cargo struct {
	edition string   // for rustc --edition
	depends []string // crates outside the standard library, by name
}

// cargoOf reads the Cargo.toml of a hand-in. A program without one is of edition 2021; one whose
// Cargo.toml names no edition is of 2015, as for Cargo itself.
func cargoOf(h *handin.Handin) cargo {
	i := slices.IndexFunc(h.Files, func(f handin.File) bool { return f.Name == cargoFile })
	if i < 0 {
		return cargo{edition: "2021"}
	}
	c := cargo{edition: "2015"}
	var file struct {
		Package struct {
			Edition any `toml:"edition"`
		} `toml:"package"`
		Dependencies map[string]any `toml:"dependencies"`
	}
	data := h.Files[i].Data
	if _, err := toml.NewDecoder(bytes.NewReader(data[:min(len(data), maxCargo)])).Decode(&file); err != nil {
		return cargo{edition: "2021"} // rustc will have its say about the sources
	}
	if year, ok := file.Package.Edition.(string); ok && isYear(year) { // it goes into a command
		c.edition = year
	}
	for name := range file.Dependencies {
		c.depends = append(c.depends, name)
	}
	slices.Sort(c.depends)
	return c
}

// maxCargo bounds how much of a Cargo.toml is read.
const maxCargo = 64 << 10

// isYear reports four digits.
func isYear(s string) bool {
	return len(s) == 4 && strings.Trim(s, "0123456789") == ""
}
