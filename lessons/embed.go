// Package lessons holds the built-in lessons and texts as files.
package lessons

import "embed"

// FS holds the files of the built-in lessons and assignments; never their solutions, which lie
// in testdata.
//
//go:embed homework/*/assignment.toml homework/*/handout.*.md
//go:embed [0-9]*/lesson.toml [0-9]*/scenario.txt [0-9]*/worlds/*.txt [0-9]*/text/*.md [0-9]*/recorded/*.json
var FS embed.FS
