package assignment

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Param is a value that differs from student to student: one of a list, a number in a range
// (several different ones with distinct), or hexadecimal digits.
type Param struct {
	Pick     []string `toml:"pick"`
	Range    []int    `toml:"range"`
	Step     int      `toml:"step"`
	Distinct int      `toml:"distinct"`
	Hex      int      `toml:"hex"`
}

// A Key says whose values are wanted.
type Key struct {
	Student string
	Extra   string // what else they depend on: for hidden checks the submission, so that nobody can prepare for them
	Hex     string // the seed itself, if it is known: how a report's seed is played again
}

// Secret reads the secret of the assignment; without one it is empty.
func (a *Assignment) Secret() ([]byte, error) {
	if a.Seed.SecretFile == "" {
		return nil, nil
	}
	b, err := fs.ReadFile(a.FS, a.Seed.SecretFile)
	if a.Dir != "" {
		b, err = os.ReadFile(filepath.Join(a.Dir, a.Seed.SecretFile))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: secret_file %s: %w", a.name, a.Seed.SecretFile, cause(err))
	}
	if len(strings.TrimSpace(string(b))) < 16 {
		return nil, fmt.Errorf("%s: secret_file %s: shorter than 16 characters", a.name, a.Seed.SecretFile)
	}
	return b, nil
}

// SeedOf is the seed of a key: 64 bits in hexadecimal.
func (a *Assignment) SeedOf(k Key) (string, error) {
	if k.Hex != "" {
		if b, err := hex.DecodeString(k.Hex); err != nil || len(b) != 8 {
			return "", fmt.Errorf("%q is no seed: 16 hexadecimal digits, as a report names it", k.Hex)
		}
		return k.Hex, nil
	}
	secret, err := a.Secret()
	if err != nil {
		return "", err
	}
	student := k.Student
	if a.Seed.Per == "class" {
		student = ""
	}
	mac := hmac.New(sha256.New, secret)
	fmt.Fprintf(mac, "%s|%d|%s|%s", a.ID, a.Revision, student, k.Extra)
	return hex.EncodeToString(mac.Sum(nil)[:8]), nil
}

// For returns the assignment with the values of one key in it.
func (a *Assignment) For(k Key) (*Assignment, error) {
	seed, err := a.SeedOf(k)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for name, p := range a.Params {
		list, err := p.draw(seed, name)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: parameter %s: %w", a.name, line(a.text, name), name, err)
		}
		if p.Distinct == 0 {
			values[name] = list[0]
			continue
		}
		for i, v := range list {
			values[name+"["+strconv.Itoa(i)+"]"] = v
		}
	}
	b, err := parse(a.name, substitute(a.text, values))
	if err != nil {
		return nil, err
	}
	b.FS, b.Dir, b.SHA256, b.Values, b.Params = a.FS, a.Dir, a.SHA256, values, a.Params
	return b, nil
}

// chance is a number that depends on the seed, a name and a count, and on nothing else.
func chance(seed, name string, n int) uint64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d", seed, name, n))
	return binary.BigEndian.Uint64(sum[:8])
}

var harmless = regexp.MustCompile(`^[A-Za-z0-9_.:/ -]+$`)

// draw picks the values of a parameter.
func (p *Param) draw(seed, name string) ([]string, error) {
	switch {
	case len(p.Pick) > 0:
		for _, v := range p.Pick {
			if !harmless.MatchString(v) {
				return nil, fmt.Errorf("%q: only letters, digits, blanks and _ . : / - can be picked", v)
			}
		}
		return p.several(len(p.Pick), func(i int) string { return p.Pick[i] }, seed, name)
	case len(p.Range) == 2:
		step := max(1, p.Step)
		if p.Range[1] < p.Range[0] {
			return nil, fmt.Errorf("range %v ends before it begins", p.Range)
		}
		return p.several((p.Range[1]-p.Range[0])/step+1, func(i int) string { return strconv.Itoa(p.Range[0] + i*step) }, seed, name)
	case p.Hex > 0 && p.Hex <= 32:
		sum := sha256.Sum256([]byte(seed + "|" + name))
		return []string{hex.EncodeToString(sum[:])[:p.Hex]}, nil
	default:
		return nil, fmt.Errorf("pick = [\"a\", \"b\"], range = [1, 9] or hex = 8 says what it can be")
	}
}

// several draws as many different ones as are wanted, of n.
func (p *Param) several(n int, value func(i int) string, seed, name string) ([]string, error) {
	want := max(1, p.Distinct)
	if want > n || want > 100 {
		return nil, fmt.Errorf("%d different ones are wanted, and there are %d", want, min(n, 100))
	}
	var all []string
	for i := 0; len(all) < want; i++ {
		if v := value(int(chance(seed, name, i) % uint64(n))); !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all, nil
}

// substitute puts values in the place of {name}. The table of parameters itself has no braces
// around names.
func substitute(text string, values map[string]string) string {
	var pairs []string
	for name, v := range values {
		pairs = append(pairs, "{"+name+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
