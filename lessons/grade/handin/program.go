package handin

import (
	"bytes"
	"path"
	"regexp"
	"slices"
)

// A kind is how a source is known to need what is not here. All expressions are held against the
// source without its comments.
type kind struct {
	code    string
	endings []string
	all     []*regexp.Regexp
}

var (
	cEndings  = []string{".c", ".cpp", ".cc", ".cxx"}
	cHeaders  = []string{".h", ".hpp", ".hh"}
	cMain     = regexp.MustCompile(`\b(main|wmain|_tmain|WinMain|wWinMain)\s*\(`)
	javaMain  = regexp.MustCompile(`\bvoid\s+main\s*\(`)
	condition = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)\b.*(WIN32|WIN64|_MSC_VER|WINDOWS|Q_OS_|__linux|__unix|linux|unix|__APPLE__|__GNUC__|__has_include)`)
	kinds     = []kind{
		{"gui-project", cEndings, []*regexp.Regexp{
			regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]*[<"](QtWidgets/|QtGui/)?(QApplication|QGuiApplication|QtWidgets|QtGui|QWidget|QMainWindow|QDialog|gtk/gtk\.h|FL/Fl\.[Hh]|wx/wx\.h)`),
			regexp.MustCompile(`\b(QApplication|QGuiApplication|gtk_init|gtk_main|gtk_application_new|Fl::run|wxApp)\b`)}},
		{"gui-project", []string{".py"}, []*regexp.Regexp{
			regexp.MustCompile(`(?m)^[ \t]*(from|import)[ \t]+(tkinter|Tkinter|customtkinter|PyQt[456]|PySide[26]?|wx)\b`),
			regexp.MustCompile(`\bmainloop\s*\(|\bQApplication\s*\(|\bMainLoop\s*\(`)}},
		{"gui-project", []string{".java"}, []*regexp.Regexp{
			regexp.MustCompile(`(?m)^[ \t]*import[ \t]+(static[ \t]+)?(javax\.swing|javafx)\.`),
			regexp.MustCompile(`\bextends\s+(JFrame|JDialog|Application)\b|\bnew\s+JFrame\b`)}},
		{"windows-only", cEndings, []*regexp.Regexp{
			regexp.MustCompile(`(?im)^[ \t]*#[ \t]*include[ \t]*[<"](winsock2?\.h|ws2tcpip\.h|windows\.h|conio\.h|afx\w*\.h)|\bWSAStartup\s*\(`)}},
	}
)

// maxLook bounds how much of a source is looked at: what a program needs stands at its beginning.
const maxLook = 256 << 10

// cannotRun refuses a program all of whose beginnings, the files in which it can start, need a
// window or Windows. Where one does not, that one is what will be run, and nothing is refused.
func (c *collector) cannotRun() error {
	code, name := "", ""
	portable := slices.ContainsFunc(c.files, func(f File) bool {
		return (slices.Contains(cEndings, ext(f.Name)) || slices.Contains(cHeaders, ext(f.Name))) &&
			condition.Match(f.Data[:min(len(f.Data), maxLook)])
	})
	for _, f := range c.files {
		f.Data = f.Data[:min(len(f.Data), maxLook)]
		if !begins(f) {
			continue
		}
		k := kindOfSource(f)
		if k == "" || k == "windows-only" && portable {
			return nil
		}
		if code == "" {
			code, name = k, f.Name
		}
	}
	if code == "" {
		return nil
	}
	return reject(code, "name", name)
}

// begins reports a source in which a program can start.
func begins(f File) bool {
	switch end := ext(f.Name); {
	case slices.Contains(cEndings, end):
		return cMain.Match(f.Data)
	case end == ".java":
		return javaMain.Match(f.Data)
	case end == ".py":
		return path.Base(f.Name) != "__init__.py"
	default:
		return slices.Contains([]string{".go", ".js", ".rs"}, end)
	}
}

// withoutComments is a source of C, C++ or Java without its comments. It looks at each octet once:
// expressions would take for ever with comments that never end.
func withoutComments(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		end := i + 1
		switch rest := text[i:]; {
		case bytes.HasPrefix(rest, []byte("//")):
			i += upTo(rest, "\n")
			continue
		case bytes.HasPrefix(rest, []byte("/*")):
			i += 2 + upTo(rest[2:], "*/") + len("*/")
			out = append(out, ' ')
			continue
		case rest[0] == '"' || rest[0] == '\'':
			end = i + quoted(rest)
		}
		out = append(out, text[i:end]...)
		i = end
	}
	return out
}

// upTo is how far away a mark is; without one, the end.
func upTo(text []byte, mark string) int {
	if i := bytes.Index(text, []byte(mark)); i >= 0 {
		return i
	}
	return len(text)
}

// quoted is the length of a literal, which begins with a quote and ends with the same, or with the
// line.
func quoted(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[0]:
			return i + 1
		case '\n':
			return i
		}
	}
	return len(text)
}

// kindOfSource is the code of what a source needs, or "".
func kindOfSource(f File) string {
	text := f.Data
	if ext(f.Name) != ".py" {
		text = withoutComments(text)
	}
	for _, k := range kinds {
		if slices.Contains(k.endings, ext(f.Name)) &&
			!slices.ContainsFunc(k.all, func(r *regexp.Regexp) bool { return !r.Match(text) }) {
			return k.code
		}
	}
	return ""
}
