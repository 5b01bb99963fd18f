package cli

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons/grade/assignment"
)

// gradescopeSetup runs once, when Gradescope builds the image.
const gradescopeSetup = `#!/usr/bin/env bash
set -e
apt-get update -qq && apt-get install -y -qq python3 gcc g++ make >/dev/null
chmod +x /autograder/source/netlab /autograder/source/run_autograder
`

// gradescopeRun runs for each submission; whatever happens there is a results.json.
const gradescopeRun = `#!/usr/bin/env bash
cd /autograder || exit 1
mkdir -p results
source/netlab grade source/%[1]s submission --metadata submission_metadata.json \
  --audience instructor --exit-zero --format gradescope=results/results.json >grade.log 2>&1
if [ ! -s results/results.json ]; then
  printf '{"score": 0, "output": "The grader failed; this is not your fault. Please tell your teacher.", "visibility": "visible", "stdout_visibility": "hidden"}\n' >results/results.json
fi
`

// classroomFlow grades in a repository of GitHub Classroom.
const classroomFlow = `name: Autograding
on: [push, workflow_dispatch]
permissions: {checks: write, actions: read, contents: read}
jobs:
  grade:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - name: grade
        id: netlab
        # sudo: AppArmor keeps ordinary users of this runner from namespaces
        run: |
          chmod +x .github/netlab/netlab
          token=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
          echo "::stop-commands::$token"
          sudo .github/netlab/netlab grade .github/netlab/%[1]s . --student "${{ github.repository }}" --audience student --exit-zero \
            --format text --format classroom=result.txt
          echo "::$token::"
          echo "result=$(cat result.txt)" >>"$GITHUB_OUTPUT"
      - uses: classroom-resources/autograding-grading-reporter@v1
        env: {NETLAB_RESULTS: "${{ steps.netlab.outputs.result }}"}
        with: {runners: netlab}
`

func (a *app) homeworkPackage() *cobra.Command {
	var target, output, binary string
	cmd := &cobra.Command{
		Use:   "package ASSIGNMENT",
		Short: "An assignment with its grader, for Gradescope or GitHub Classroom",
		Long: "Write a zip with the assignment, its secret and a netlab: for Gradescope what is uploaded as the autograder; for\n" +
			"GitHub Classroom what is unpacked into the template repository. The program in it is this one, if it is for\n" +
			"Linux, or --binary. Keep the zip to yourself: it holds hidden checks and the secret.",
		Example: "  netlab homework package port-echo --for gradescope -o autograder.zip",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			spec, err := a.assignment(args[0])
			if err != nil {
				return err
			}
			if target != "gradescope" && target != "classroom" {
				return usageError("gradescope or classroom", "--for %q is unknown", target)
			}
			if binary == "" {
				if runtime.GOOS != "linux" {
					return usageError("--binary netlab: one for Linux", "this netlab is for %s, and the grader runs on Linux", runtime.GOOS)
				}
				if binary, err = os.Executable(); err != nil {
					return err
				}
			}
			if err := readable(binary); err != nil {
				return usageError("--binary names a netlab for Linux", "%v", err)
			}
			text, err := pack(spec, target, binary)
			if err != nil {
				return err
			}
			if spec.Kind == assignment.Program && target == "gradescope" {
				a.tell(a.err, "netlab: Gradescope's own machines let nobody make namespaces, and without them no program gets a mark;\nnetlab: this package is for machines that do. Worksheets, captures and transcripts are graded anywhere.")
			}
			return a.writeOut(output, func(w writer) error { _, err := w.Write(text); return err })
		},
		ValidArgsFunction: a.completeAssignments,
	}
	cmd.Flags().StringVar(&target, "for", "gradescope", "gradescope or classroom")
	cmd.Flags().StringVarP(&output, "output", "o", "autograder.zip", "write to this file")
	cmd.Flags().StringVar(&binary, "binary", "", "the netlab for Linux that goes in; this one, if it is one")
	return cmd
}

// pack makes the zip.
func pack(spec *assignment.Assignment, target, binary string) ([]byte, error) {
	var b bytes.Buffer
	zw := zip.NewWriter(&b)
	add := func(name string, data []byte, mode fs.FileMode) error {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode)
		w, err := zw.CreateHeader(h)
		if err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	}
	root := ""
	scripts := map[string]string{"setup.sh": gradescopeSetup, "run_autograder": fmt.Sprintf(gradescopeRun, spec.ID)}
	if target == "classroom" {
		root = ".github/netlab/"
		scripts = map[string]string{".github/workflows/netlab.yml": fmt.Sprintf(classroomFlow, spec.ID)}
	}
	for _, name := range slices.Sorted(maps.Keys(scripts)) {
		if err := add(name, []byte(scripts[name]), 0o755); err != nil {
			return nil, err
		}
	}
	data, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	if err := add(root+"netlab", data, 0o755); err != nil {
		return nil, err
	}
	if err := packFolder(spec, root+spec.ID+"/", add); err != nil {
		return nil, err
	}
	if err := zw.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// packFolder adds the assignment, without solutions, and with its secret beside it.
func packFolder(spec *assignment.Assignment, at string, add func(string, []byte, fs.FileMode) error) error {
	names, err := fs.Glob(spec.FS, "*")
	if err != nil {
		return err
	}
	secret, err := spec.Secret()
	if err != nil {
		return err
	}
	for _, n := range names {
		if info, err := fs.Stat(spec.FS, n); err != nil || !info.Mode().IsRegular() {
			continue // testdata has the solutions
		}
		data, err := fs.ReadFile(spec.FS, n)
		if err != nil {
			return err
		}
		if n == assignment.FileName && secret != nil {
			data = []byte(strings.Replace(string(data), `"`+spec.Seed.SecretFile+`"`, `"secret.key"`, 1))
		}
		if filepath.Base(n) == "secret.key" {
			continue
		}
		if err := add(at+n, data, 0o644); err != nil {
			return err
		}
	}
	if secret != nil {
		return add(at+"secret.key", secret, 0o600)
	}
	return nil
}
