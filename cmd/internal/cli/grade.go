package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"netlab/capture"
	"netlab/lessons"
	"netlab/lessons/grade"
	"netlab/lessons/grade/assignment"
	"netlab/lessons/grade/export"
	"netlab/lessons/grade/result"
	"netlab/lessons/text"
)

// A grading is one run of netlab grade, or of netlab check.
type grading struct {
	a    *app
	self bool // netlab check
	spec *assignment.Assignment

	student, only, seed, keep, report, audience, sign, metadata string
	formats, tools                                              []string
	exitZero, due, published                                    bool
	timeout                                                     time.Duration
	batch                                                       gradeBatch
	signer                                                      *grade.Signer
	previous                                                    *export.Previous
}

func (a *app) gradeCommand() *cobra.Command {
	g := &grading{a: a}
	cmd := &cobra.Command{
		Use:   "grade ASSIGNMENT SUBMISSION | grade ASSIGNMENT --batch FOLDER",
		Short: "Grade homework: programs, worksheets, captures, transcripts",
		Long: "Grade what a student has handed in, or what a class has. An ASSIGNMENT is a built-in one (netlab homework\n" +
			"list) or a folder with an assignment.toml; a SUBMISSION is a folder, .zip, .tar, .tar.gz or a single file.\n" +
			"A program is built and run in a sandbox, and judged by what netlab's own sockets, the packets and the\n" +
			"kernel show of it; what it prints counts for nothing. netlab grade verify checks signed results.\n" +
			"Exit codes: 0 all checks passed; 1 graded, and a check failed; 2 wrong usage, assignment or submission;\n" +
			"3 no mark could be given, by a fault of the grader or its machine; 130 interrupted. A class that is graded: 0.",
		Example: "  netlab grade port-echo submission.zip --student s1\n  netlab grade port-echo --batch hand-ins --roster class.csv -j 4 --out results\n" +
			"  netlab grade port-echo server.py --format json --format junit=report.xml",
		Args: cobra.RangeArgs(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 1 && g.batch.dir == "" || len(args) == 2 && g.batch.dir != "" {
				return usageError("netlab grade port-echo submission.zip, or netlab grade port-echo --batch FOLDER; netlab homework list names the assignments", "grade needs an assignment and a submission")
			}
			return g.run(cmd, args)
		},
		ValidArgsFunction: a.completeAssignments,
	}
	g.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&g.audience, "audience", "instructor", "who will read it: instructor sees hidden checks, student does not")
	f.StringVar(&g.sign, "sign", "", "sign results with this key (openssl genpkey -algorithm ed25519)")
	f.StringVar(&g.metadata, "metadata", "", "Gradescope's submission_metadata.json: who it is, and earlier results")
	f.BoolVar(&g.exitZero, "exit-zero", false, "exit 0 also where a check failed")
	f.BoolVar(&g.due, "due", false, "the due date has passed: show students what is hidden until then")
	f.BoolVar(&g.published, "published", false, "the marks are published: show students what is hidden until then")
	g.batch.flags(cmd)
	cmd.AddCommand(a.gradeVerifyCommand())
	return cmd
}

func (a *app) checkCommand() *cobra.Command {
	g := &grading{a: a, self: true, audience: string(export.Student)}
	cmd := &cobra.Command{
		Use:   "check ASSIGNMENT [SUBMISSION]",
		Short: "Try your homework against the checks that you may see",
		Long: "Hold your own work against the visible checks of an assignment, with the engine that grades it. Without\n" +
			"a SUBMISSION the current folder is taken. Exit codes as for netlab grade.",
		Example: "  netlab check port-echo\n  netlab check port-echo server.py --only same-port",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				args = append(args, ".")
			}
			return g.run(cmd, args)
		},
		ValidArgsFunction: a.completeAssignments,
	}
	g.flags(cmd)
	return cmd
}

// flags are those that both have.
func (g *grading) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&g.student, "student", "", "whose it is: parameters differ from student to student")
	f.StringVar(&g.only, "only", "", "these checks, by id, with commas between; and what they come after")
	f.StringVar(&g.seed, "seed", "", "the seed that a report names, to do the same again")
	f.StringArrayVarP(&g.formats, "format", "f", []string{"text"}, strings.Join(export.Formats(), ", ")+"; NAME=FILE writes to a file; may be repeated")
	f.StringVar(&g.keep, "keep-pcap", "", "keep a capture of each check in this folder")
	f.StringVar(&g.report, "report", "", "write the report as a page for the browser to this file")
	f.DurationVar(&g.timeout, "timeout", 15*time.Minute, "for one submission")
	toolsFlag(cmd, &g.tools)
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(export.Formats(), cobra.ShellCompDirectiveNoFileComp))
}

// assignment finds an assignment by its id, folder or file.
func (a *app) assignment(name string) (*assignment.Assignment, error) {
	if info, err := os.Stat(name); err == nil {
		dir := name
		if !info.IsDir() {
			dir = filepath.Dir(name)
			if filepath.Base(name) != assignment.FileName {
				return nil, usageError("name the folder of the assignment, or one that netlab homework list shows", "%s is no %s", name, assignment.FileName)
			}
		}
		spec, err := assignment.LoadDir(dir)
		return spec, wrongFile(err)
	}
	if strings.ContainsAny(name, "/\\") {
		return nil, usageError("netlab homework list shows the built-in ones", "there is no %s", name)
	}
	folder, err := fs.Sub(lessons.FS, "homework/"+name)
	if err == nil {
		if _, err = fs.Stat(folder, assignment.FileName); err == nil {
			spec, err := assignment.Load(folder, name)
			return spec, wrongFile(err)
		}
	}
	hint := "netlab homework list shows the built-in ones; one of your own is a folder with an " + assignment.FileName
	if id := text.Nearest(name, assignmentIDs(), 3); id != "" {
		hint = "did you mean: " + id
	}
	return nil, usageError(hint, "there is no assignment %q", name)
}

func wrongFile(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitUsage, err, "netlab homework check says the same after each change"}
}

// assignmentIDs lists the built-in assignments.
func assignmentIDs() (ids []string) {
	names, _ := fs.Glob(lessons.FS, "homework/*/"+assignment.FileName)
	for _, n := range names {
		ids = append(ids, filepath.Base(filepath.Dir(n)))
	}
	return ids
}

func (a *app) completeAssignments(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return assignmentIDs(), cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// run grades one submission, or a class.
func (g *grading) run(cmd *cobra.Command, args []string) error {
	if g.a.jsonFlag && !cmd.Flags().Changed("format") {
		g.formats = []string{"json"}
	}
	if err := g.checkFlags(); err != nil {
		return err
	}
	var err error
	if g.spec, err = g.a.assignment(args[0]); err != nil {
		return err
	}
	if err := g.checkOnly(); err != nil {
		return err
	}
	if g.batch.dir != "" {
		return g.class(cmd.Context(), args[0])
	}
	if g.spec.Dir == "" && g.student == "" && g.previous == nil {
		g.student = "self"
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), g.timeout)
	defer cancel()
	opt := g.options(args[0])
	opt.Student, opt.Path = g.student, args[1]
	bar := &countdown{statusLine: statusLine{a: g.a}, total: len(g.spec.Checks)}
	if g.spec.Kind == assignment.Program && g.only == "" {
		opt.Tell = func(*result.Check) { bar.step("") }
	}
	r := grade.Submit(ctx, g.spec, args[1], opt)
	bar.clear()
	if g.signer != nil {
		if err := g.signer.Sign(r); err != nil {
			return err
		}
	}
	if err := g.write(r); err != nil {
		return err
	}
	if cmd.Context().Err() != nil {
		return cmd.Context().Err()
	}
	return g.exit(r)
}

// checkOnly holds the checks that are asked for against those that there are.
func (g *grading) checkOnly() error {
	if g.only == "" || g.spec.Kind != assignment.Program {
		return nil
	}
	var ids []string
	for _, c := range g.spec.Checks {
		ids = append(ids, c.ID)
	}
	for _, id := range strings.Split(g.only, ",") {
		if !slices.Contains(ids, id) {
			return usageError("its checks are "+strings.Join(ids, ", "), "--only: %s has no check %q", g.spec.ID, id)
		}
	}
	return nil
}

// checkFlags holds the flags together, and reads the files that they name.
func (g *grading) checkFlags() error {
	for _, f := range g.formats {
		name, _, _ := strings.Cut(f, "=")
		if !slices.Contains(export.Formats(), name) {
			return usageError("one of "+strings.Join(export.Formats(), ", "), "--format %q is unknown", name)
		}
	}
	if g.audience != string(export.Student) && g.audience != string(export.Instructor) {
		return usageError("student or instructor", "--audience %q is unknown", g.audience)
	}
	if g.seed != "" && !regexp.MustCompile(`^[0-9a-f]{16}$`).MatchString(g.seed) {
		return usageError("16 hexadecimal digits, as a report names it", "--seed %q is no seed", g.seed)
	}
	if g.sign != "" {
		text, err := os.ReadFile(g.sign)
		if err != nil {
			return usageError("openssl genpkey -algorithm ed25519 -out key.pem makes one", "--sign: %v", err)
		}
		if g.signer, err = grade.NewSigner(g.sign, text); err != nil {
			return usageError("openssl genpkey -algorithm ed25519 -out key.pem makes one", "%v", err)
		}
	}
	if g.metadata != "" {
		data, err := os.ReadFile(g.metadata)
		if err != nil {
			return usageError("", "--metadata: %v", err)
		}
		meta, err := export.ReadMetadata(g.metadata, data)
		if err != nil {
			return usageError("", "%v", err)
		}
		g.previous = meta.Last()
		if g.student == "" {
			g.student = meta.Student()
		}
	}
	if g.keep != "" {
		if err := os.MkdirAll(g.keep, 0o755); err != nil {
			return usageError("name a folder that you may write to", "--keep-pcap: %v", err)
		}
	}
	var err error
	g.tools, err = toolFolders(g.tools)
	return err
}

// options are what each submission is graded with.
func (g *grading) options(spec string) grade.Options {
	opt := grade.Options{Lang: g.a.language(), Seed: g.seed, SelfCheck: g.self, Netlab: version, Spec: spec, Tools: g.tools, GoCache: g.a.goCache()}
	if g.only != "" {
		opt.Only = strings.Split(g.only, ",")
	}
	if g.keep != "" {
		opt.Keep = func(check string, frames []capture.Frame) (string, error) {
			var b bytes.Buffer
			name := check + ".pcapng"
			if err := capture.WritePcapng(&b, "wire", frames); err != nil {
				return "", err
			}
			return name, grade.WriteFile(filepath.Join(g.keep, name), b.Bytes())
		}
	}
	return opt
}

// write writes a result in each of the formats.
func (g *grading) write(r *result.Result) error {
	opt := export.Options{Lang: g.a.language(), Color: g.a.colorful(), Width: g.a.lineWidth(), Audience: export.Audience(g.audience), Due: g.due, Published: g.published, Previous: g.previous}
	if g.report != "" {
		g.formats = append(g.formats, "html="+g.report)
	}
	for _, f := range g.formats {
		name, file, _ := strings.Cut(f, "=")
		o := opt
		o.Color = opt.Color && file == ""
		err := g.a.writeOut(file, func(w writer) error { return export.Write(w, name, []*result.Result{r}, o) })
		if err != nil {
			return err
		}
	}
	return nil
}

// exit is the exit code of a result.
func (g *grading) exit(r *result.Result) error {
	switch {
	case r.Outcome == result.Rejected:
		return &exitError{code: exitUsage}
	case r.Outcome == result.Ungradable:
		return &exitError{code: exitMachine}
	case !g.exitZero && (r.Score < r.MaxScore || r.Count(result.Fail)+r.Count(result.Skip) > 0):
		return &exitError{code: exitFailed}
	default:
		return nil
	}
}

func (a *app) gradeVerifyCommand() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:     "verify RESULT.json…",
		Short:   "Check that signed results are as they were written",
		Example: "  openssl pkey -in key.pem -pubout -out public.pem\n  netlab grade verify --key public.pem results/*.json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			pem, err := os.ReadFile(key)
			if err != nil {
				return usageError("--key names the public key, or the one that signed", "--key: %v", err)
			}
			public, err := grade.ReadPublicKey(key, pem)
			if err != nil {
				return usageError("openssl pkey -in key.pem -pubout -out public.pem writes one", "%v", err)
			}
			bad, words := 0, text.For(a.language())
			for _, name := range args {
				data, err := os.ReadFile(name)
				if err != nil {
					return usageError("", "%v", err)
				}
				if err := grade.Verify(data, public); err != nil {
					fmt.Fprintf(a.out, "%s: %s\n", name, words.Obstacle(err.Error()))
					bad++
					continue
				}
				fmt.Fprintf(a.out, "%s: ok\n", name)
			}
			if bad > 0 {
				return &exitError{exitFailed, fmt.Errorf("%d of %d results cannot be trusted", bad, len(args)), ""}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "public key, PEM")
	_ = cmd.MarkFlagRequired("key")
	return cmd
}

// stopped reports whether an error is that of an interruption.
func stopped(err error) bool { return errors.Is(err, context.Canceled) }

// colorful reports whether the output may be coloured.
func (a *app) colorful() bool {
	f, ok := a.out.(*os.File)
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	default:
		return ok && isTerminal(f) && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
	}
}

// tell says something on standard error, and nothing else.
func (a *app) tell(w io.Writer, format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
