package handin

import (
	"bytes"
	"path"
	"slices"
	"strings"
)

// toolFolders are made by tools and hold nothing of the student's.
var toolFolders = []string{".git", ".svn", ".hg", "__macosx", "node_modules", "__pycache__",
	".idea", ".vscode", ".vs", ".gradle", ".venv", "venv", ".pytest_cache", ".mypy_cache"}

// toolFolder is the outermost folder made by a tool in which a name lies, or which it is; "" for
// none.
func toolFolder(name string) string {
	at := 0
	for part := range strings.SplitSeq(name, "/") {
		at += len(part)
		if slices.Contains(toolFolders, strings.ToLower(part)) {
			return name[:at]
		}
		at++
	}
	return ""
}

var toolFiles = []string{".ds_store", "thumbs.db", "desktop.ini"}

// isToolFile reports what file managers, editors and Python leave behind.
func isToolFile(name string) bool {
	base := strings.ToLower(path.Base(name))
	return slices.Contains(toolFiles, base) || slices.Contains([]string{".pyc", ".pyo", ".swp"}, path.Ext(base)) ||
		strings.HasPrefix(base, "._") || strings.HasPrefix(base, "~$") || strings.HasSuffix(base, "~")
}

// objectEndings are of files that come before the program; programEndings are of what can be run or
// linked, and may be asked for.
var (
	objectEndings  = []string{".o", ".obj", ".lo", ".gch", ".pch", ".pdb", ".ilk", ".idb", ".tlog", ".suo"}
	programEndings = []string{".exe", ".dll", ".so", ".dylib", ".a", ".lib", ".la", ".class", ".jar", ".war", ".msi", ".apk"}
	windowsEndings = []string{".sln", ".slnx", ".vcxproj", ".vcproj", ".csproj", ".dsp", ".dsw"}
)

// isProgram reports a compiled program by how it begins: ELF, Mach-O, or Windows' MZ.
func isProgram(data []byte) bool {
	for _, magic := range []string{"\x7fELF", "\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			return true
		}
	}
	return bytes.HasPrefix(data, []byte("MZ")) && len(data) > 64 && bytes.IndexByte(data[:64], 0) >= 0
}

// archiveEndings are of archives and of single packed files. Documents that are ZIP inside, such
// as .docx, are not among them.
var archiveEndings = []string{".zip", ".tar", ".tgz", ".gz", ".bz2", ".tbz", ".xz", ".txz", ".zst", ".rar", ".7z"}

func isArchiveName(name string) bool { return slices.Contains(archiveEndings, ext(name)) }

var documentEndings = []string{".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".odt", ".ods", ".odp", ".wps", ".epub", ".jar", ".war", ".apk", ".class"}

// archiveFormat is the format of a file that shall be an archive, by how it begins, and where
// that says nothing by its name; "" for what is none.
func archiveFormat(name string, head []byte) string {
	if slices.Contains(documentEndings, ext(name)) {
		return ""
	}
	for _, m := range []struct{ magic, format string }{
		{"PK\x03\x04", "zip"}, {"PK\x05\x06", "zip"}, {"PK\x07\x08", "zip"},
		{"\x1f\x8b", "gzip"}, {"Rar!\x1a\x07", "RAR"}, {"7z\xbc\xaf\x27\x1c", "7z"},
		{"BZh", "bzip2"}, {"\xfd7zXZ\x00", "xz"}, {"\x28\xb5\x2f\xfd", "zstd"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.format
		}
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "tar"
	}
	switch ext(name) {
	case ".zip":
		return "zip"
	case ".tar":
		return "tar"
	case ".tgz", ".gz":
		return "gzip"
	case ".rar", ".7z", ".bz2", ".xz", ".zst", ".tbz", ".txz":
		return "unknown" // not what its name says
	}
	return ""
}
