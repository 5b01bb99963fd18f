package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"netlab/lessons"
	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/worksheet"
)

func (a *app) homeworkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "homework",
		Short: "Assignments: list, hand out, write, try and package them",
		Long: "What a teacher does before and beside grading. ASSIGNMENT is a built-in one, or a folder with an assignment.toml.\n" +
			"netlab grade marks what is handed in, netlab check is for students.",
		Example: "  netlab homework list\n  netlab homework handout port-echo --student s1\n  netlab homework new program my-echo && netlab homework check my-echo",
		Args:    a.noSuchCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.homeworkList(), a.homeworkNew(), a.homeworkCheck(), a.homeworkParams(), a.homeworkHandout(), a.homeworkKey(), a.homeworkTest(), a.homeworkPackage())
	return cmd
}

func (a *app) homeworkList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "The built-in assignments",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			var rows [][]string
			for _, id := range assignmentIDs() {
				spec, err := a.assignment(id)
				if err != nil {
					return err
				}
				if !a.jsonFlag {
					rows = append(rows, []string{id, string(spec.Kind), spec.Title.In(a.language())})
					continue
				}
				if err := json.NewEncoder(a.out).Encode(map[string]any{"type": "assignment", "id": id, "revision": spec.Revision, "kind": spec.Kind, "title": spec.Title.In(a.language())}); err != nil {
					return err
				}
			}
			if a.jsonFlag {
				return nil
			}
			var b strings.Builder
			writeTable(&b, rows)
			_, err := fmt.Fprint(a.out, b.String())
			return err
		},
	}
}

// samples are the assignments from which a new one of each kind is made.
var samples = map[assignment.Kind]string{
	assignment.Program: "port-echo", assignment.Worksheet: "handshake-worksheet", assignment.PCAP: "capture-a-handshake", assignment.Transcript: "lesson-transcript",
}

func (a *app) homeworkNew() *cobra.Command {
	return &cobra.Command{
		Use:     "new KIND FOLDER",
		Short:   "Begin an assignment of your own, from one that works",
		Long:    "Write an assignment into a new folder, to be changed: KIND is program, worksheet, pcap or transcript, or the id\nof a built-in assignment that is near to what you want.",
		Example: "  netlab homework new program my-echo\n  netlab homework new file-transfer my-files",
		Args:    cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			from := args[0]
			if id, ok := samples[assignment.Kind(from)]; ok {
				from = id
			}
			id := filepath.Base(args[1])
			if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(id) {
				return usageError("such as my-echo", "the folder's name becomes the id: small letters, digits and -, not %q", id)
			}
			if !slices.Contains(assignmentIDs(), from) {
				return usageError("program, worksheet, pcap, transcript, or one of "+strings.Join(assignmentIDs(), ", "), "there is no kind %q", args[0])
			}
			if _, err := os.Stat(args[1]); err == nil {
				return usageError("choose another name", "%s is there already", args[1])
			}
			if err := a.copyAssignment(from, id, args[1]); err != nil {
				return err
			}
			fmt.Fprintf(a.out, "%s is written, after %s. Next:\n  netlab homework check %s       says what is wrong with it\n  netlab homework handout %s     what students get\n", args[1], from, args[1], args[1])
			return nil
		},
	}
}

func (a *app) copyAssignment(from, id, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return usageError("choose a folder that you may write to", "%v", err)
	}
	files, err := fs.Glob(lessons.FS, "homework/"+from+"/*")
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := fs.ReadFile(lessons.FS, f)
		if err != nil {
			return err
		}
		text := string(data)
		if filepath.Base(f) == assignment.FileName {
			text = regexp.MustCompile(`(?m)^revision( *)= *\d+`).ReplaceAllString(text, "revision$1= 1")
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), []byte(strings.ReplaceAll(text, from, id)), 0o644); err != nil {
			return usageError("choose a folder that you may write to", "%v", err)
		}
	}
	return nil
}

func (a *app) homeworkCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [ASSIGNMENT…]",
		Short: "What is wrong with an assignment; without one: with the built-in ones",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				args = assignmentIDs()
			}
			var failed []error
			for _, name := range args {
				spec, err := a.assignment(name)
				if err == nil {
					err = complete(spec)
				}
				if err != nil {
					failed = append(failed, err)
					continue
				}
				fmt.Fprintf(a.out, "%s  ok  %s\n", spec, spec.Kind)
			}
			if err := errors.Join(failed...); err != nil {
				return &exitError{exitUsage, err, "lessons/homework/README.md tells what each key means"}
			}
			return nil
		},
		ValidArgsFunction: a.completeAssignments,
	}
}

// complete holds an assignment to what the loader cannot see: the table of its kind, and its
// handouts.
func complete(spec *assignment.Assignment) error {
	var all []error
	mine, err := spec.For(assignment.Key{Student: "sample"})
	if err != nil {
		return err
	}
	all = append(all, ownMistakes(mine)...)
	for _, lang := range []string{"en", "zh-CN"} {
		text, err := mine.Handout(lang)
		if err != nil {
			all = append(all, err)
		} else if len(strings.TrimSpace(text)) < 40 {
			all = append(all, fmt.Errorf("%s: handout.%s.md says next to nothing", spec.Name(), lang))
		}
	}
	return errors.Join(all...)
}

func (a *app) homeworkParams() *cobra.Command {
	var student string
	cmd := &cobra.Command{
		Use:   "params ASSIGNMENT",
		Short: "The values that a student's copy has",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			spec, err := a.mine(args[0], student)
			if err != nil {
				return err
			}
			var names []string
			for n := range spec.Values {
				names = append(names, n)
			}
			slices.Sort(names)
			for _, n := range names {
				if _, err := fmt.Fprintf(a.out, "%s = %s\n", n, spec.Values[n]); err != nil {
					return err
				}
			}
			return nil
		},
		ValidArgsFunction: a.completeAssignments,
	}
	cmd.Flags().StringVar(&student, "student", "self", "whose")
	return cmd
}

// mine is an assignment with one student's values.
func (a *app) mine(name, student string) (*assignment.Assignment, error) {
	spec, err := a.assignment(name)
	if err != nil {
		return nil, err
	}
	own, err := spec.For(assignment.Key{Student: student})
	return own, wrongFile(err)
}

func (a *app) homeworkHandout() *cobra.Command {
	return a.sheetCommand(false, &cobra.Command{
		Use:   "handout ASSIGNMENT",
		Short: "What a student gets, with the student's own numbers",
		Long: "Write the sheet of an assignment: Markdown. Of a worksheet also the file to fill in: --format toml or csv.\n" +
			"A name after -o that ends so asks for it, too.",
		Example: "  netlab homework handout handshake-worksheet --student s1 -o s1.md\n  netlab homework handout handshake-worksheet --student s1 -o answers.toml",
	})
}

func (a *app) homeworkKey() *cobra.Command {
	return a.sheetCommand(true, &cobra.Command{
		Use:     "key ASSIGNMENT",
		Short:   "The right answers of a student's worksheet, computed",
		Example: "  netlab homework key handshake-worksheet --student s1",
	})
}

// sheetCommand makes a command write a student's sheet, or the key to it.
func (a *app) sheetCommand(key bool, cmd *cobra.Command) *cobra.Command {
	var student, format, output string
	cmd.Args, cmd.ValidArgsFunction = cobra.ExactArgs(1), a.completeAssignments
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if err := a.checkFormat(&format, sheetFormats); err != nil {
			return err
		}
		spec, err := a.mine(args[0], student)
		if err != nil {
			return err
		}
		text, err := a.sheet(spec, format, key)
		if err != nil {
			return err
		}
		return a.writeOut(output, func(w writer) error { _, err := w.Write(text); return err })
	}
	sheetFlags(cmd, &student, &format, &output)
	return cmd
}

// sheetFormats are the forms of a handout.
var sheetFormats = []string{"md", "toml", "csv"}

func sheetFlags(cmd *cobra.Command, student, format, output *string) {
	cmd.Flags().StringVar(student, "student", "self", "whose")
	cmd.Flags().StringVarP(format, "format", "f", "md", "md; of a worksheet also toml or csv, to fill in")
	cmd.Flags().StringVarP(output, "output", "o", "", "write to this file instead of standard output")
	formatByName(cmd, format, output, sheetFormats)
}

// sheet is a handout, or the key to it.
func (a *app) sheet(spec *assignment.Assignment, format string, answers bool) ([]byte, error) {
	lang := a.language()
	if spec.Kind != assignment.Worksheet {
		if answers {
			return nil, usageError("netlab homework test tries the reference solutions of a program", "a %s has no key: what is right is computed from what is handed in", spec.Kind)
		}
		if format != "md" {
			return nil, usageError("md", "a %s has no blanks to fill in", spec.Kind)
		}
		text, err := spec.Handout(lang)
		return []byte(text), wrongFile(err)
	}
	sheet, err := newSheet(spec)
	if err != nil {
		return nil, wrongFile(err)
	}
	switch {
	case format == "csv" && answers:
		return nil, usageError("md or toml", "the key is no table to fill in")
	case format == "csv":
		return sheet.CSV(), nil
	case format == "toml" && answers:
		return sheet.Key(lang), nil
	case format == "toml":
		return sheet.Blank(lang), nil
	case answers:
		return sheet.Markdown(lang, true), nil
	default:
		text, err := spec.Handout(lang)
		return slices.Concat([]byte(text), []byte("\n"), sheet.Markdown(lang, false)), wrongFile(err)
	}
}

func newSheet(spec *assignment.Assignment) (*worksheet.Sheet, error) {
	var own worksheet.Spec
	if err := spec.Own(&own); err != nil {
		return nil, err
	}
	return worksheet.New(&own, own.Scenario, spec.ID)
}
