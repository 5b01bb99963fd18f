//go:build linux

package grade

import (
	"slices"
	"strings"
	"testing"
)

// Rust is compiled as the edition that its Cargo.toml states: the same source is right in one and
// an error in another. rustc alone would take 2015, which nobody writes any more.
func TestRustEdition(t *testing.T) {
	for _, x := range []struct {
		name, cargo, edition string
		crates               []string
	}{
		{"no Cargo.toml", "", "2021", nil},
		{"2018", "[package]\nname = \"server\"\nedition = \"2018\"\n", "2018", nil},
		{"none stated is what Cargo takes", "[package]\nname = \"server\"\n", "2015", nil},
		{"no TOML", "edition = ", "2021", nil},
		{"a command in its place", "[package]\nedition = \"; rm\"\n", "2015", nil},
		{"of a workspace", "[package]\nedition.workspace = true\n", "2015", nil},
		{"crates", "[package]\nedition = \"2021\"\n[dependencies]\ntokio = { version = \"1\" }\nsocket2 = \"0.5\"\n", "2021", []string{"socket2", "tokio"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			files := map[string]string{"src/main.rs": "fn main() {}\n"}
			if x.cargo != "" {
				files["Cargo.toml"] = x.cargo
			}
			r := recipeFor(task(t, echoTask), handed(files))
			if r == nil || !strings.Contains(r.build[2], "rustc --edition "+x.edition+" ") || !slices.Equal(r.crates, x.crates) {
				t.Errorf("%+v, want edition %s and crates %v", r, x.edition, x.crates)
			}
		})
	}
}
