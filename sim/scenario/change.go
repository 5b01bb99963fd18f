package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A change is one line of script that edits another script: a fault is added, a
// setting of a host or a link replaces the one that stands there, a statement
// replaces the first of its host with the same call on the same socket (or is added, if it has
// a time and there is none), and "without" before a statement or a fault leaves it out.

var (
	settingLine = regexp.MustCompile(`^(host|link)\s+(\S.*)$`)
	stmtLine    = regexp.MustCompile(`^(?:at\s+\S+\s+)?([A-Za-z][A-Za-z0-9_-]*):\s+(.+)$`)
	resultForm  = regexp.MustCompile(`^(\S+)\s*=\s*(\S+)(.*)$`)
	isSetting   = regexp.MustCompile(`^[a-z]+=`)
)

// Change returns the script with changes made to it, in order. The error says
// which change does not fit and why.
func (s *Script) Change(changes ...string) (*Script, error) {
	if len(changes) == 0 {
		return s, nil
	}
	lines := strings.Split(strings.TrimRight(s.String(), "\n"), "\n")
	for _, c := range changes {
		next, err := changeLine(lines, strings.TrimSpace(c))
		if err != nil {
			return nil, fmt.Errorf("change %q: %w", c, err)
		}
		lines = next
	}
	changed, err := Parse(s.Name, strings.Join(lines, "\n")+"\n")
	if err != nil {
		return nil, fmt.Errorf("changed by %q: %w", strings.Join(changes, "; "), err)
	}
	return changed, nil
}

func changeLine(lines []string, c string) ([]string, error) {
	rest, without := strings.CutPrefix(c, "without ")
	if without {
		c = strings.TrimSpace(rest)
	}
	switch {
	case settingLine.MatchString(c):
		if without {
			return nil, fmt.Errorf("only a statement can be left out")
		}
		return changeSetting(lines, c)
	case stmtLine.MatchString(c):
		return changeStmt(lines, c, without)
	case without:
		at := slices.IndexFunc(lines, func(l string) bool { l, _, _ = strings.Cut(l, " #"); return strings.TrimSpace(l) == c })
		if at < 0 {
			return nil, fmt.Errorf("the script has no line %q to leave out", c)
		}
		return slices.Delete(slices.Clone(lines), at, at+1), nil
	default: // a fault stands before the programs
		at := slices.IndexFunc(lines, stmtLine.MatchString)
		if at < 0 {
			at = len(lines)
		}
		return slices.Insert(slices.Clone(lines), at, c), nil
	}
}

// changeSetting merges "host A iss=1000" or "link A B delay=50ms" into the line
// that declares the host or the link.
func changeSetting(lines []string, c string) ([]string, error) {
	words := strings.Fields(c)
	names := slices.IndexFunc(words, isSetting.MatchString)
	if names < 0 {
		return nil, fmt.Errorf("it sets nothing (write for example: link A B delay=50ms)")
	}
	head, settings := words[:names], words[names:]
	for i, l := range lines {
		l, _, _ = strings.Cut(l, " #")
		own := strings.Fields(l)
		if len(own) < len(head) || !sameHead(own, head) {
			continue
		}
		for _, set := range settings {
			key, value, _ := strings.Cut(set, "=")
			own = slices.DeleteFunc(own, func(w string) bool { return strings.HasPrefix(w, key+"=") })
			if value != "" && value != "off" || key == "congestion" {
				own = append(own, set)
			}
		}
		lines = slices.Clone(lines)
		lines[i] = strings.Join(own, " ")
		return lines, nil
	}
	return nil, fmt.Errorf("the script has no line %q", strings.Join(head, " "))
}

// sameHead reports whether a line declares what head names, in whatever order
// the hosts of a link stand.
func sameHead(line, head []string) bool {
	if line[0] != head[0] {
		return false
	}
	end := slices.IndexFunc(line, isSetting.MatchString)
	if end < 0 {
		end = len(line)
	}
	a, b := slices.Clone(line[1:end]), slices.Clone(head[1:])
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// changeStmt replaces or leaves out a statement.
func changeStmt(lines []string, c string, without bool) ([]string, error) {
	want := stmtKey(c)
	if without {
		return leaveOut(lines, c, want)
	}
	for i, l := range lines {
		if !stmtLine.MatchString(l) || stmtKey(l) != want {
			continue
		}
		lines = slices.Clone(lines)
		lines[i] = c
		return lines, nil
	}
	if strings.HasPrefix(c, "at ") { // one more, at a time of its own
		last := len(lines)
		for i, l := range lines {
			if stmtLine.MatchString(l) {
				last = i + 1
			}
		}
		return slices.Insert(slices.Clone(lines), last, c), nil
	}
	return nil, fmt.Errorf("the script has no statement %q", want)
}

// leaveOut leaves out the statement that is named in full, or the only one, or the first,
// if just the call and its socket are named.
func leaveOut(lines []string, c, key string) ([]string, error) {
	var same []int
	for i, l := range lines {
		if !stmtLine.MatchString(l) || stmtKey(l) != key {
			continue
		}
		if withoutTime(l) == withoutTime(c) {
			return slices.Delete(slices.Clone(lines), i, i+1), nil
		}
		same = append(same, i)
	}
	if len(same) > 0 && withoutTime(c) == key {
		return slices.Delete(slices.Clone(lines), same[0], same[0]+1), nil
	}
	if len(same) == 0 {
		return nil, fmt.Errorf("the script has no statement %q", key)
	}
	var has []string
	for _, i := range same {
		has = append(has, strings.TrimSpace(lines[i]))
	}
	return nil, fmt.Errorf("the script has no line %q (it has: %s)", c, strings.Join(has, "; "))
}

// withoutTime is a statement without its time, its comment and doubled blanks.
func withoutTime(l string) string {
	m := stmtLine.FindStringSubmatch(l)
	call, _, _ := strings.Cut(m[2], "  #")
	return m[1] + ": " + strings.Join(strings.Fields(call), " ")
}

// stmtKey is what makes two statements the same one: host, call and socket.
func stmtKey(l string) string {
	m := stmtLine.FindStringSubmatch(l)
	host, call := m[1], m[2]
	if r := resultForm.FindStringSubmatch(call); r != nil && !strings.Contains(r[1], "\"") {
		call = r[2] + r[3]
		if r[2] == string(Socket) {
			call = r[2] + " " + r[1]
		}
	}
	words := strings.Fields(call)
	if words[0] == string(SetSockOpt) && len(words) > 2 { // each option is a setting of its own
		words[1] += " " + words[2]
	}
	return host + ": " + strings.Join(words[:min(2, len(words))], " ")
}
