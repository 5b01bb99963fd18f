package handin

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Limits of names: those of Linux, where the files will lie.
const (
	maxDepth = 16
	maxPart  = 255
	maxName  = 2048
)

// fromGB18030 decodes GB18030, and with it GBK and GB2312; ok is false where the octets are
// none of them.
func fromGB18030(data []byte) (text []byte, ok bool) {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	return text, err == nil && !strings.ContainsRune(string(text), utf8.RuneError)
}

// decodeName makes a name UTF-8. Names that are not come from Chinese Windows, as a rule.
func decodeName(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	if text, ok := fromGB18030([]byte(raw)); ok {
		return string(text)
	}
	return strings.ToValidUTF8(raw, "_")
}

// drive begins an absolute name of Windows.
var drive = regexp.MustCompile(`^[A-Za-z]:/`)

// cleanName makes a name from an archive slash-separated and clean; "" is the folder itself. A
// problem is the code of a rejection, or bad-name.
func cleanName(name string) (clean, problem string) {
	name = strings.ReplaceAll(name, `\`, "/")
	if strings.HasPrefix(name, "/") || drive.MatchString(name) {
		return name, "absolute-or-dotdot"
	}
	parts := strings.Split(name, "/")
	if slices.Contains(parts, "..") {
		return name, "absolute-or-dotdot"
	}
	clean = path.Clean(name)
	if clean == "." {
		return "", ""
	}
	return clean, checkName(clean)
}

// checkName looks at a clean name.
func checkName(name string) (problem string) {
	if len(name) > maxName || strings.ContainsFunc(name, badRune) {
		return "bad-name"
	}
	for part := range strings.SplitSeq(name, "/") {
		if len(part) > maxPart {
			return "bad-name"
		}
	}
	if strings.Count(name, "/") > maxDepth {
		return "too-deep"
	}
	return ""
}

// badRune reports control characters, and those that turn the direction of writing and so
// let a name look like another.
func badRune(r rune) bool {
	return unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Bidi_Control, r)
}

// fold makes names equal that differ in capital and small letters only.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// ext is the ending of a name in small letters, with its dot.
func ext(name string) string { return strings.ToLower(path.Ext(name)) }

// Match reports whether a clean name matches the pattern. A pattern without a slash is held
// against the last part of the name; in one with slashes, ** stands for any folders. The rest is
// as in [path.Match]; a malformed pattern matches nothing.
func Match(pattern, name string) bool {
	pattern = strings.TrimPrefix(pattern, "./")
	if !strings.Contains(pattern, "/") {
		ok, _ := path.Match(pattern, path.Base(name))
		return ok
	}
	parts := slices.CompactFunc(strings.Split(pattern, "/"), func(a, b string) bool { return a == "**" && b == "**" })
	return matchParts(parts, strings.Split(name, "/"))
}

func matchParts(pattern, name []string) bool {
	for len(pattern) > 0 && pattern[0] != "**" {
		if len(name) == 0 {
			return false
		}
		if ok, _ := path.Match(pattern[0], name[0]); !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	if len(pattern) == 0 {
		return len(name) == 0
	}
	for i := range len(name) + 1 {
		if matchParts(pattern[1:], name[i:]) {
			return true
		}
	}
	return false
}

// checkPatterns finds the malformed pattern, which would match nothing and say nothing.
func checkPatterns(patterns []string) error {
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil || p == "" {
			return fmt.Errorf("accept: the pattern %q is malformed (write it like *.py or src/*.c)", p)
		}
	}
	return nil
}
