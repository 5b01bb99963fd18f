package handin

import (
	"strconv"
	"strings"
	"unicode"
)

// A Rejected says why a hand-in cannot be graded, and how to mend it.
type Rejected struct {
	Code string // such as too-large; stable
	key  string // of the words: the code, or the code, a slash and a special case
	args []string
}

// reject makes a Rejected; args are names and values for the words, in pairs.
func reject(key string, args ...string) *Rejected {
	code, _, _ := strings.Cut(key, "/")
	for i := 1; i < len(args); i += 2 {
		args[i] = show(args[i])
	}
	return &Rejected{Code: code, key: key, args: args}
}

// Error says it in English, on one line.
func (r *Rejected) Error() string {
	message, hint := r.Text("en")
	return message + " (" + hint + ")"
}

// Text says it in the language, "en" or "zh-CN": what is wrong, and how to mend it.
func (r *Rejected) Text(lang string) (message, hint string) {
	w := rejections[r.key]
	return fill(w.message.in(lang), r.args), fill(w.hint.in(lang), r.args)
}

// A Remark says of one file, or of one folder, what was done with it.
type Remark struct {
	Name   string // in the hand-in, or in the folder of a class
	Code   string // such as symlink; stable
	Detail string // another name or an encoding, if the words have one
}

// Text says it in the language, "en" or "zh-CN".
func (r Remark) Text(lang string) string {
	return fill(remarks[r.Code].in(lang), []string{"name", show(r.Name), "detail", show(r.Detail)})
}

// words are one sentence in both languages.
type words struct{ en, zh string }

// in is the sentence in the language; whatever is not Chinese is English.
func (w words) in(lang string) string {
	if strings.HasPrefix(lang, "zh") {
		return w.zh
	}
	return w.en
}

// fill puts values in the place of {names}, once: a value may hold braces.
func fill(text string, args []string) string {
	pairs := make([]string, len(args))
	copy(pairs, args)
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// maxShown bounds a name in a sentence, in characters.
const maxShown = 200

// show is a name as it may stand in a sentence on a terminal: no control characters, no change of
// direction, no endless line.
func show(name string) string {
	for _, r := range name {
		if !unicode.IsPrint(r) && r != '\u3000' && r != '\u00a0' {
			name = strconv.Quote(name)
			break
		}
	}
	if r := []rune(name); len(r) > maxShown {
		name = string(r[:maxShown]) + "…"
	}
	return name
}

var packAgain = words{"pack the files again as an ordinary ZIP, and open it once before you hand it in",
	"请重新压缩成普通的 ZIP，提交前自己先打开看一次"}

var rejections = map[string]struct{ message, hint words }{
	"not-found": {
		words{"there is no {name}", "找不到 {name}"},
		words{"check the path", "请检查路径"}},
	"unreadable": {
		words{"{name} cannot be read: {why}", "{name} 读不出来：{why}"},
		words{"hand in a folder, a .zip, .tar or .tar.gz, or a single file, and check its permissions",
			"请提交文件夹、.zip、.tar、.tar.gz 或单个文件，并检查读权限"}},
	"empty": {
		words{"{name} holds no file", "{name} 里没有任何文件"},
		words{"put your source files in and hand it in again", "请放入源文件后重新提交"}},
	"not-accepted": {
		words{"{name} holds none of the files that were asked for; it holds {found}", "{name} 里没有要求提交的文件，只有 {found}"},
		words{"hand in files such as {accept}", "请提交这样的文件：{accept}"}},
	"not-accepted/link": {
		words{"{name} holds nothing but a symbolic link ({found}); links are not followed", "{name} 里只有符号链接（{found}），这里不会沿着链接去找文件"},
		words{"hand in the file itself: cp -L copies it, tar -h packs it", "请提交文件本身：可以用 cp -L 复制，或用 tar -h 打包"}},
	"too-large": {
		words{"{name} is larger than {limit}", "{name} 超过了 {limit}"},
		words{"hand in the sources only: no videos, no build output, no installed libraries",
			"请只提交源文件，不要带上视频、编译结果或安装的库"}},
	"too-large/total": {
		words{"all files together are larger than {limit}", "所有文件加起来超过了 {limit}"},
		words{"hand in the sources only: no videos, no build output, no installed libraries",
			"请只提交源文件，不要带上视频、编译结果或安装的库"}},
	"too-large/ratio": {
		words{"{name} unpacks to more than {ratio} times its size", "{name} 解压后的大小超过原来的 {ratio} 倍"},
		words{"leave out files that hold nothing but the same octets again and again", "请去掉内容全是重复字节的文件"}},
	"too-many": {
		words{"{name} holds more than {limit} files", "{name} 里的文件多于 {limit} 个"},
		words{"hand in your own sources only, without installed libraries", "请只提交自己写的源文件，不要带上安装的库"}},
	"too-deep": {
		words{"{name} lies more than {limit} folders deep", "{name} 的文件夹层数超过了 {limit} 层"},
		words{"put the sources in one folder", "请把源文件放在同一个文件夹里"}},
	"unreadable/special": {
		words{"{name} is neither a file nor a folder", "{name} 既不是普通文件，也不是文件夹"},
		words{"hand in a folder, a .zip, .tar or .tar.gz, or a single file", "请提交文件夹、.zip、.tar、.tar.gz 或单个文件"}},
	"unreadable/name": {
		words{"{name} is no name for a file: it holds control characters, or is too long", "{name} 不能作文件名：含有控制字符或太长"},
		words{"give it an ordinary name", "请改成普通的文件名"}},
	"unreadable/permission": {
		words{"{name} may not be read: no permission", "没有读 {name} 的权限"},
		words{"allow reading it: chmod -R u+rX", "请加上读权限：chmod -R u+rX"}},
	"bad-archive": {
		words{"{name} is damaged, or is no archive", "{name} 已损坏，或者不是压缩包"}, packAgain},
	"bad-archive/short": {
		words{"{name} ends too early; perhaps it was not uploaded completely", "{name} 不完整，可能没有上传完"}, packAgain},
	"bad-archive/checksum": {
		words{"{name} is damaged: a checksum is wrong", "{name} 已损坏：检验和不对"}, packAgain},
	"bad-archive/other": {
		words{"{name} is not the archive that its name says", "{name} 的内容不是扩展名所说的压缩包"}, packAgain},
	"bad-archive/method": {
		words{"{name} is packed with a method that is not read here (number {method})", "{name} 用了这里不支持的压缩方法（编号 {method}）"},
		words{"pack the files again as an ordinary ZIP (Deflate)", "请重新压缩成普通的 ZIP（Deflate 算法）"}},
	"unsupported-archive": {
		words{"{name} is a {format} archive, which is not read here", "{name} 是 {format} 压缩包，这里不支持"},
		words{"pack the files again as .zip or .tar.gz; renaming the archive is not enough",
			"请重新压缩成 .zip 或 .tar.gz，只改扩展名没有用"}},
	"encrypted": {
		words{"{name} is encrypted with a password", "{name} 加了密码"},
		words{"pack the files again without a password", "请不设密码，重新压缩"}},
	"absolute-or-dotdot": {
		words{"the archive holds {name}, which leads out of its folder", "压缩包里的 {name} 指向了文件夹之外"},
		words{"go into the folder of your sources and pack it from there, with ordinary names",
			"请在源文件所在的文件夹里重新压缩，使用普通的文件名"}},
	"duplicate": {
		words{"{name} is there twice (also as {other})", "{name} 重复了（另一个是 {other}）"},
		words{"keep one of them; capital and small letters do not make a difference", "请只留一个；大小写不同也算同名"}},
	"nested-archive": {
		words{"there are archives in it ({name}) and no sources", "里面还是压缩包（{name}），没有源文件"},
		words{"unpack them, and hand in one archive with the sources", "请先解压，再把源文件放进一个压缩包提交"}},
	"gui-project": {
		words{"{name} is a program with a graphical window, which cannot be run here", "{name} 是图形界面程序，这里没法运行"},
		words{"hand in a console program: for Qt, QCoreApplication and `QT -= gui`; for Python or Java, a main program without windows",
			"请提交控制台程序：Qt 请用 QCoreApplication 和 `QT -= gui`；Python 或 Java 请写一个不开窗口的主程序"}},
	"windows-only": {
		words{"{name} can be built on Windows only", "{name} 只能在 Windows 上编译"},
		words{"use POSIX sockets (sys/socket.h, no WSAStartup, close instead of closesocket), or put what is Windows' own into #ifdef _WIN32; hand in the sources with a Makefile or CMakeLists.txt",
			"请改用 POSIX 套接字（sys/socket.h，不用 WSAStartup，closesocket 换成 close），或者把 Windows 专有的部分放进 #ifdef _WIN32；提交源文件和 Makefile 或 CMakeLists.txt"}},
	"binary-only": {
		words{"{name} is a compiled program, and its source is missing", "{name} 是编译好的程序，没有源文件"},
		words{"hand in the source; it is built here", "请提交源文件，编译由这里来做"}},
}

// remarks are what is said of a file that was left out, and then of one that was changed.
var remarks = map[string]words{
	"symlink":     {"{name}: a symbolic link, left out", "{name}：符号链接，未采用"},
	"fifo":        {"{name}: a FIFO, left out", "{name}：命名管道（FIFO），未采用"},
	"device":      {"{name}: a device, left out", "{name}：设备文件，未采用"},
	"socket":      {"{name}: a socket, left out", "{name}：套接字文件，未采用"},
	"special":     {"{name}: not a regular file, left out", "{name}：不是普通文件，未采用"},
	"hard-link":   {"{name}: a hard link to a file outside, left out; hand in a copy", "{name}：指向外部文件的硬链接，未采用；请提交副本"},
	"unreadable":  {"{name}: cannot be read, left out", "{name}：读不出来，未采用"},
	"bad-name":    {"{name}: a name with control characters, or too long, left out", "{name}：文件名含控制字符或太长，未采用"},
	"tool-folder": {"{name}: made by a tool, left out with all that is in it", "{name}：工具生成的文件夹，连同其中内容都未采用"},
	"tool-file":   {"{name}: made by a tool, left out", "{name}：工具生成的文件，未采用"},
	"built":       {"{name}: built from sources, left out", "{name}：编译产生的文件，未采用"},
	"binary":      {"{name}: a compiled program, left out", "{name}：编译好的程序，未采用"},
	"archive":     {"{name}: an archive beside the sources, not opened", "{name}：源文件旁边的压缩包，没有打开"},
	"not-asked":   {"{name}: not among the files asked for, left out", "{name}：不是要求提交的文件，未采用"},
	"same-name":   {"{name}: there is a file of this name in {detail}, left out", "{name}：{detail} 里已有同名文件，未采用"},

	"no-match":   {"{name}: the name does not say whose it is ({detail})", "{name}：从名字看不出是谁的（{detail}）"},
	"older":      {"{name}: an older hand-in of the same student; {detail} counts", "{name}：同一学生较早的提交，以 {detail} 为准"},
	"no-hand-in": {"{name}: not a hand-in, left out", "{name}：不是提交的作业，未采用"},

	"crlf":        {"{name}: CRLF line ends made LF", "{name}：换行符 CRLF 已改为 LF"},
	"bom":         {"{name}: byte-order mark removed", "{name}：已去掉字节顺序标记（BOM）"},
	"encoding":    {"{name}: turned from {detail} into UTF-8", "{name}：已从 {detail} 转成 UTF-8"},
	"coding-line": {"{name}: its coding line now says utf-8, as the file does", "{name}：编码声明行已改为 utf-8，与文件一致"},
	"unknown-encoding": {"{name}: neither UTF-8, UTF-16 nor GB18030, taken as it is",
		"{name}：既不是 UTF-8、UTF-16，也不是 GB18030，原样采用"},
	"name-encoding": {"{name}: the name was turned from GB18030 into UTF-8", "{name}：文件名已从 GB18030 转成 UTF-8"},
	"renamed":       {"{name}: handed in as {detail}", "{name}：提交时的文件名是 {detail}"},
	"top-folder":    {"{name}: all files lie in this folder; it was taken off their names", "{name}：所有文件都在这个文件夹里，文件名中已去掉它"},
	"unwrapped":     {"{name}: the archive in the hand-in was opened", "{name}：已打开提交里的这个压缩包"},
}
