package handin

import (
	"bytes"
	"encoding/binary"
	"path"
	"regexp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// textEndings are of files that people write. Only these are ever changed: a capture or a data file
// stays as it is, octet by octet.
var (
	textEndings = []string{".py", ".c", ".h", ".cpp", ".cc", ".cxx", ".hpp", ".hh", ".go", ".java", ".js",
		".rs", ".sh", ".txt", ".toml", ".csv", ".md", ".pro", ".pri", ".cmake", ".mk"}
	textNames = []string{"makefile", "gnumakefile"}
)

func isText(name string) bool {
	return slices.Contains(textEndings, ext(name)) || slices.Contains(textNames, fold(path.Base(name)))
}

// normal makes a text UTF-8 without a byte-order mark and with LF, and says what that took. What is
// no text is returned as it is.
func normal(name string, data []byte) (text []byte, notes []Remark) {
	if !isText(name) {
		return data, nil
	}
	text, from := decodeText(data)
	switch {
	case from == "?":
		return data, []Remark{{Code: "unknown-encoding"}}
	case bytes.IndexByte(text, 0) >= 0: // no text, whatever its name says
		return data, nil
	case from == "BOM":
		notes = append(notes, Remark{Code: "bom"})
	case from != "":
		notes = append(notes, Remark{Code: "encoding", Detail: from})
		var mended bool
		if text, mended = mendCoding(name, text); mended {
			notes = append(notes, Remark{Code: "coding-line"})
		}
	}
	if bytes.Contains(text, []byte("\r\n")) {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		notes = append(notes, Remark{Code: "crlf"})
	}
	return text, notes
}

// decodeText finds the encoding by the byte-order mark, and else by what the octets can be: text in
// GB18030 is hardly ever valid UTF-8. from is "" for UTF-8, "BOM" for UTF-8 with one, "?" for
// an encoding that is not known.
func decodeText(data []byte) (text []byte, from string) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) && utf8.Valid(data):
		return data[3:], "BOM"
	case bytes.HasPrefix(data, []byte("\xff\xfe")) && len(data)%2 == 0:
		return fromUTF16(data[2:], binary.LittleEndian), "UTF-16"
	case bytes.HasPrefix(data, []byte("\xfe\xff")) && len(data)%2 == 0:
		return fromUTF16(data[2:], binary.BigEndian), "UTF-16"
	case utf8.Valid(data):
		return data, ""
	}
	if text, ok := fromGB18030(data); ok {
		return text, "GB18030"
	}
	return data, "?"
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// coding is the line by which a Python source names its encoding (PEP 263).
var coding = regexp.MustCompile(`^([ \t\f]*#.*?coding[:=][ \t]*)([-\w.]+)`)

// mendCoding makes the coding line of a Python source that was turned into UTF-8 say so: else
// Python would read it wrongly, or refuse it.
func mendCoding(name string, text []byte) ([]byte, bool) {
	if ext(name) != ".py" {
		return text, false
	}
	lines := bytes.SplitN(text, []byte("\n"), 3)
	for i, line := range lines[:min(2, len(lines))] {
		m := coding.FindSubmatchIndex(line)
		if m == nil {
			continue
		}
		if bytes.EqualFold(line[m[4]:m[5]], []byte("utf-8")) {
			return text, false
		}
		lines[i] = slices.Concat(line[:m[4]], []byte("utf-8"), line[m[5]:])
		return bytes.Join(lines, []byte("\n")), true
	}
	return text, false
}
