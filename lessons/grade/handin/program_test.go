package handin

import (
	"strings"
	"testing"
	"time"
)

// What cannot be run by anybody here is refused with advice; where one file can, nothing is.
func TestPrograms(t *testing.T) {
	const (
		qt      = "#include <QApplication>\n#include \"mainwindow.h\"\nint main(int c, char **v) { QApplication a(c, v); return a.exec(); }\n"
		console = "#include <QCoreApplication>\nint main(int c, char **v) { QCoreApplication a(c, v); return a.exec(); }\n"
		winsock = "#include <winsock2.h>\n#pragma comment(lib, \"ws2_32.lib\")\nint main() { WSADATA d; WSAStartup(0x0202, &d); }\n"
		both    = "#ifdef _WIN32\n#include <winsock2.h>\n#else\n#include <sys/socket.h>\n#endif\nint main() {}\n"
		posix   = "#include <sys/socket.h>\nint main() {}\n"
		tk      = "import tkinter as tk\nimport socket\nroot = tk.Tk()\nroot.mainloop()\n"
		swing   = "import javax.swing.JFrame;\npublic class S extends JFrame { public static void main(String[] a) {} }\n"
	)
	for _, tc := range []struct {
		why   string
		items []item
		o     Options
		want  string
	}{
		{"Qt with a window", []item{{name: "p.pro", data: "QT += core gui widgets network\n"}, {name: "main.cpp", data: qt}, {name: "mainwindow.cpp", data: "#include <QMainWindow>\n"}, {name: "mainwindow.ui"}}, Options{}, "gui-project"},
		{"Qt without one, though its project says gui", []item{{name: "p.pro", data: "QT += core gui network\n"}, {name: "main.cpp", data: console}}, Options{}, ""},
		{"a window in a comment", []item{{name: "main.cpp", data: strings.ReplaceAll("/* "+qt, "return", "*/ int main() {} // return")}}, Options{}, ""},
		{"a client with a window, a server without", []item{{name: "client.cpp", data: qt}, {name: "server.cpp", data: posix}}, Options{}, ""},
		{"tkinter", []item{{name: "chat.py", data: tk}}, Options{}, "gui-project"},
		{"tkinter, and a server beside it", []item{{name: "chat.py", data: tk}, {name: "server.py", data: hello}}, Options{}, ""},
		{"tkinter's askopenfilename only", []item{{name: "chat.py", data: "import tkinter\n"}}, Options{}, ""},
		{"Swing", []item{{name: "S.java", data: swing}}, Options{}, "gui-project"},
		{"WinSock", []item{{name: "server.c", data: winsock}, {name: "util.c", data: "int f;\n"}}, Options{}, "windows-only"},
		{"WinSock in GBK", []item{{name: "server.cpp", data: gbk(t, "// 服务器\r\n") + winsock}}, Options{}, "windows-only"},
		{"WinSock where it is Windows", []item{{name: "server.c", data: both}}, Options{}, ""},
		{"WinSock where a header says Windows", []item{{name: "server.c", data: winsock}, {name: "net.h", data: "#if defined(_WIN32)\n#endif\n"}}, Options{}, ""},
		{"WinSock, and a program for all beside it", []item{{name: "server.c", data: winsock}, {name: "posix.c", data: posix}}, Options{}, ""},
		{"WinSock, and Python beside it", []item{{name: "server.c", data: winsock}, {name: "server.py", data: hello}}, Options{}, ""},
		{"Visual Studio's files without sources", []item{{name: "p/p.sln"}, {name: "p/p.vcxproj"}, {name: "p/Debug/p.exe", data: "MZ"}}, py, "windows-only"},
		{"Visual Studio's files beside a program for all", []item{{name: "p/p.sln"}, {name: "p/s.c", data: posix}}, py, ""},
		{"a form and nothing else", []item{{name: "p/w.ui"}}, py, "gui-project"},
		{"no beginning at all is not ours to judge", []item{{name: "w.cpp", data: "#include <QApplication>\nQApplication *a;\n"}}, Options{}, ""},
	} {
		_, err := read(t, "x.zip", zipOf(t, tc.items...), tc.o)
		if got := code(t, err); got != tc.want {
			t.Errorf("%s: code %q (%v), want %q", tc.why, got, err, tc.want)
		}
	}
}

// Comments and literals are told apart, and what never ends takes no longer than it is.
func TestWithoutComments(t *testing.T) {
	for in, want := range map[string]string{
		"a // b\nc /* d\n */ e":       "a \nc   e",
		`s = "http://x /* */"; // y`:  `s = "http://x /* */"; `,
		`c = '"'; // y`:               `c = '"'; `,
		`s = "a\" // b"; c`:           `s = "a\" // b"; c`,
		"s = \"never closed\n// y\nz": "s = \"never closed\n\nz",
		"/* never closed":             " ",
		"/":                           "/",
		"\"\\":                        "\"\\",
	} {
		if got := string(withoutComments([]byte(in))); got != want {
			t.Errorf("withoutComments(%q) = %q, want %q", in, got, want)
		}
	}
	start := time.Now()
	withoutComments([]byte(strings.Repeat("/*\n//\n\"'", 1<<20)))
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("octets of beginnings of comments took %v", d)
	}
}

// Every sentence is there in both languages, holds the same values in both, and no value is
// forgotten where it is used.
func TestWords(t *testing.T) {
	holes := func(s string) string {
		all := placeholder.FindAllString(s, -1)
		seen := map[string]bool{}
		n := 0
		for _, h := range all {
			if !seen[h] {
				n++
			}
			seen[h] = true
		}
		var out []string
		for _, h := range []string{"{name}", "{limit}", "{ratio}", "{why}", "{found}", "{accept}", "{format}", "{other}", "{method}", "{detail}"} {
			if seen[h] {
				out = append(out, h)
			}
		}
		if n != len(out) {
			t.Errorf("an unknown value in %q", s)
		}
		return strings.Join(out, "")
	}
	check := func(key string, w words) {
		if w.en == "" || w.zh == "" || w.en == w.zh {
			t.Errorf("%s: a language is missing: %+v", key, w)
		}
		if holes(w.en) != holes(w.zh) {
			t.Errorf("%s: the languages hold different values: %+v", key, w)
		}
		if !strings.ContainsFunc(w.zh, func(r rune) bool { return r >= '一' && r <= '龥' }) {
			t.Errorf("%s: not Chinese: %s", key, w.zh)
		}
	}
	for key, r := range rejections {
		check(key, r.message)
		check(key, r.hint)
	}
	for key, w := range remarks {
		check(key, w)
	}
}

// Each rejection and remark that Read makes has words, and no value is left open in them.
func TestEveryCodeHasWords(t *testing.T) {
	src := sources(t)
	for _, key := range quotedAfter(src, `reject(`) {
		if _, ok := rejections[key]; !ok {
			t.Errorf("reject(%q) has no words", key)
		}
	}
	for _, key := range append(quotedAfter(src, `Code: `), quotedAfter(src, `c.leave(name, `)...) {
		if _, ok := remarks[key]; !ok {
			t.Errorf("the remark %q has no words", key)
		}
	}
	_, err := read(t, "x.zip", zipOf(t, item{name: "实验报告.docx", data: "x"}), py)
	r := err.(*Rejected)
	message, hint := r.Text("zh-CN")
	if message != "x.zip 里没有要求提交的文件，只有 实验报告.docx" || hint != "请提交这样的文件：*.py, *.c, *.h, Makefile" {
		t.Errorf("%s / %s", message, hint)
	}
	if want := "x.zip holds none of the files that were asked for; it holds 实验报告.docx (hand in files such as *.py, *.c, *.h, Makefile)"; err.Error() != want {
		t.Errorf("%s", err)
	}
	for _, data := range []string{"Rar!\x1a\x07", "x"} {
		_, err = read(t, "{name}.zip", []byte(data), py)
		if text := err.Error(); strings.Count(text, "{name}") != 1 || strings.Contains(text, "{format}") {
			t.Errorf("a name with braces: %s", text)
		}
	}
	if got := (Remark{Name: "a\x1b[31m.py", Code: "symlink"}).Text("en"); strings.Contains(got, "\x1b") {
		t.Errorf("an escape sequence reaches the terminal: %q", got)
	}
}
