package export

import "netlab/lessons/text"

// phrases are all sentences that the exports say themselves.
var phrases = text.Pairs{
	// outcomes and verdicts
	"pass":          {"passed", "通过"},
	"fail":          {"failed", "未通过"},
	"skip":          {"skipped", "已跳过"},
	"error":         {"not graded", "未评分"},
	"ungradable":    {"no mark", "没有成绩"},
	"rejected":      {"rejected", "未受理"},
	"skipped":       {"skipped: {0}", "已跳过：{0}"},
	"skipped_too":   {"skipped, too", "同样跳过"},
	"needs_hidden":  {"needs a check that is not shown", "需要先通过一项不公开的检查"},
	"erred":         {"not graded: the grader failed, which costs no mark", "未评分：是评分程序的问题，不扣分"},
	"erred_because": {"not graded: {0}; the grader failed, which costs no mark", "未评分：{0}；是评分程序的问题，不扣分"},
	"flaky":         {"tried {0} times, and the attempts did not agree", "试了 {0} 次，各次结果不一致"},
	"aside":         {" ({0})", "（{0}）"},
	"and":           {", ", "、"},
	"comma":         {", ", "，"},

	// what stands above and below the checks
	"seed":           {"seed {0}", "种子 {0}"},
	"sandbox":        {"sandbox {0}", "沙箱 {0}"},
	"warning":        {"note: {0}", "注意：{0}"},
	"hint":           {"hint: {0}", "提示：{0}"},
	"is_ungradable":  {"This submission has no mark: the grader or its machine failed, not the submission.", "这份提交没有成绩：是评分程序或机器出了问题，不是提交的问题。"},
	"is_rejected":    {"This submission was not graded: it cannot be read, or is not what was asked for.", "这份提交没有评分：它无法读取，或者不是所要求的内容。"},
	"nothing_graded": {"no check could be carried out", "没有一项检查得以进行"},
	"self_study":     {"Self-study: this can be done with netlab itself, so it is no official mark.", "自学成绩：用 netlab 本身就能完成，不作为正式成绩。"},
	"self_check":     {"Self-check: only the visible checks were run; this is no mark.", "自查：只进行公开的检查，不是正式成绩。"},
	"proves":         {"What this mark proves: {0}", "这个成绩说明什么：{0}"},
	"printed":        {"What the program printed ({0} octets):", "程序自己的输出（{0} 字节）："},
	"printed_cut":    {"What the program printed (the beginning of {0} octets):", "程序自己的输出（共 {0} 字节，只显示开头）："},
	"stopped":        {"The program was stopped: {0}.", "程序被终止：{0}。"},
	"signal":         {"The program was ended by the signal {0}.", "程序被信号 {0} 终止。"},
	"leftover":       {"Processes that the program left behind: {0}.", "程序遗留的进程数：{0}。"},
	"in_proportion":  {"Checks that the grader could not do: {0}. The score counts the others in proportion.", "评分程序未能进行的检查：{0} 项。总分按其余各项的比例计算。"},
	"score_before":   {"The score shown is that of the submission before.", "现在显示的是上一次提交的成绩。"},
	"score_none":     {"The score of 0 is only a place holder: hand in again, or ask the teacher to grade again.", "显示的 0 分只是占位：请重新提交，或请教师重新评分。"},

	// limits of a program
	"limit_wall":      {"it ran too long", "运行时间过长"},
	"limit_cpu":       {"it used too much processor time", "占用处理器时间过多"},
	"limit_memory":    {"it used too much memory", "占用内存过多"},
	"limit_output":    {"it printed too much", "输出过多"},
	"limit_processes": {"it started too many processes", "启动的进程过多"},

	// the particulars of a check
	"expected":     {"expected", "期望"},
	"actual":       {"actual", "实际"},
	"nothing":      {"(nothing)", "（空）"},
	"differs_at":   {"first difference: octet {0}", "从第 {0} 字节起不同"},
	"output":       {"output", "输出"},
	"steps":        {"steps", "步骤"},
	"steps_before": {"… {0} calls before", "……前面还有 {0} 次调用"},
	"rule":         {"rule", "依据"},
	"course":       {"of this assignment", "本次作业的规定"},
	"packets":      {"packets", "抓包"},
	"frames":       {"frames {0}", "第 {0} 帧"},
	"sockets":      {"sockets", "套接字"},
	"ladder":       {"the exchange", "交互过程"},
	"likely":       {"likely", "可能的原因"},
	"belief":       {"belief", "常见误解"},
	"lesson":       {"{0} See: netlab lesson {1}", "{0}参见：netlab lesson {1}"},
	"again":        {"again", "重现"},
	"more_octets":  {"[{0} more octets]", "［还有 {0} 字节］"},
	"before_these": {"[{0} octets before]", "［前面还有 {0} 字节］"},

	// the last line
	"marks":            {"{0}/{1}", "{0}/{1} 分"},
	"all_checks":       {"{0} of {1} checks passed", "{1} 项检查中通过 {0} 项"},
	"visible_checks":   {"visible {0} of {1} checks passed", "公开检查 {1} 项，通过 {0} 项"},
	"hidden_of":        {"hidden {0} of {1}", "隐藏检查 {1} 项，通过 {0} 项"},
	"hidden_check":     {"hidden check {0}", "隐藏检查 {0}"},
	"hidden":           {"hidden", "隐藏"},
	"after_due_date":   {"shown after the due date", "截止日期后公开"},
	"after_published":  {"shown with the published marks", "成绩公布后公开"},
	"withheld":         {"hidden checks: {0}, not shown and not in this score", "隐藏检查 {0} 项：不公开，也未计入此分数"},
	"withheld_due":     {"hidden checks: {0}, shown after the due date, not in this score", "隐藏检查 {0} 项：截止日期后公开，未计入此分数"},
	"withheld_publish": {"hidden checks: {0}, shown with the published marks, not in this score", "隐藏检查 {0} 项：成绩公布后公开，未计入此分数"},
	"withheld_run":     {"hidden checks: {0}, not run here; grading runs them", "隐藏检查 {0} 项：这里不进行，正式评分时进行"},

	// the page
	"page_checks":  {"The checks", "各项检查"},
	"page_number":  {"No.", "编号"},
	"page_check":   {"Check", "检查"},
	"page_verdict": {"Result", "结果"},
	"page_points":  {"Points", "得分"},
	"page_about":   {"About this mark", "关于这个成绩"},
	"page_student": {"Student", "学生"},
	"page_started": {"Graded at", "评分时间"},
	"page_seed":    {"Seed", "种子"},
	"page_sandbox": {"Sandbox", "沙箱"},
	"page_hand_in": {"Submission (SHA-256)", "提交（SHA-256）"},
	"page_task":    {"Assignment", "作业"},
	"page_program": {"The program", "程序"},

	// the class
	"class_head":     {"submissions: {0}, graded {1}, rejected {2}, without a mark {3}", "提交 {0} 份：已评分 {1}，未受理 {2}，没有成绩 {3}"},
	"class_marks":    {"passed everything: {0}; mean {1}%, median {2}%", "全部通过 {0} 份；平均 {1}%，中位数 {2}%"},
	"class_failures": {"most common failures:", "最常见的未通过项："},
	"class_failure":  {"{0} of {1} failed  {2}", "{1} 份中 {0} 份未通过  {2}"},
	"class_no_fail":  {"no check was failed", "没有未通过的检查"},
	"class_beliefs":  {"beliefs that the failures show:", "从中看出的误解："},
	"class_belief":   {"{0}  {1}", "{0} 份  {1}"},
	"class_errors":   {"checks that the grader could not do: {0}", "评分程序未能进行的检查：{0} 项"},
}

// say returns a phrase in a language, filled in.
var say = phrases.Say

// language is the one asked for, or else the result's own, or else English.
func language(asked, own string) string {
	for _, l := range []string{asked, own} {
		if lang, ok := text.Match(l); ok {
			return lang
		}
	}
	return "en"
}

// belief returns a misconception in words, with the lesson that mends it; an id that this
// netlab does not know is shown as it is.
func belief(lang, id string) string {
	m, ok := text.Misconceptions()[id]
	if !ok {
		return line(id)
	}
	return say(lang, "lesson", m.In(lang), m.Lesson)
}
