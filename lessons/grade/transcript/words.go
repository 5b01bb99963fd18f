package transcript

import (
	"fmt"

	"netlab/lessons/grade/result"
)

// texts are the sentences that students read, in English and Chinese.
var texts = map[string][2]string{
	// Why a record is refused, and what helps.
	"too-large":         {"%s: larger than 256 KiB", "%s：超过 256 KiB"},
	"not-a-transcript":  {"%s: no record of a lesson: %s", "%s：不是课程记录：%s"},
	"other-lesson":      {"%s: the record is of the lesson \"%s\", and \"%s\" is asked for", "%s：记录的是课程“%s”，要求的是“%s”"},
	"other-version":     {"%s: the record was written by another version of the lesson or with other habits of the model (hash %s, profile %s; here %s, %s)", "%s：写这份记录的课程版本或模型设置不同（哈希 %s，profile %s；这里是 %s，%s）"},
	"other-seed":        {"%s: the record has seed %d, and yours is %d", "%s：记录的种子是 %d，你的应是 %d"},
	"bad-seed":          {"%s: the lesson cannot be played with seed %d", "%s：课程无法用种子 %d 运行"},
	"times":             {"%s: entry %d (%s): its time is before that of the entry before it", "%s：第 %d 条（%s）：时间早于前一条"},
	"times-ends":        {"%s: the times at which the lesson began and ended do not enclose its entries", "%s：课程开始和结束的时间没有包含各条记录"},
	"no-times":          {"%s: entry %d (%s): no time", "%s：第 %d 条（%s）：没有时间"},
	"unknown-question":  {"%s: entry %d: the lesson has no question \"%s\"", "%s：第 %d 条：课程里没有题目“%s”"},
	"unknown-deed":      {"%s: entry %d (%s): \"%s\" is nothing that a learner does (try, hint, not-sure, skip)", "%s：第 %d 条（%s）：“%s”不是学习者的操作（try、hint、not-sure、skip）"},
	"after-closed":      {"%s: entry %d (%s): the question was closed before", "%s：第 %d 条（%s）：这道题此前已经结束"},
	"too-many-tries":    {"%s: entry %d (%s): more tries than the lesson gives (%d)", "%s：第 %d 条（%s）：超过课程允许的尝试次数（%d）"},
	"not-understood":    {"%s: entry %d (%s): the lesson does not take this as a try: %s", "%s：第 %d 条（%s）：课程不会把它算作一次尝试：%s"},
	"too-many-hints":    {"%s: entry %d (%s): more hints than the lesson has", "%s：第 %d 条（%s）：超过课程的提示个数"},
	"too-few":           {"%s: %d questions were tried, and at least %d are asked for", "%s：只做了 %d 道题，要求至少 %d 道"},
	"hint-do-it":        {"do the lesson and hand in the file as it was written: netlab lesson %s --fresh --seed %s --transcript FILE", "做完课程，把写出的文件原样提交：netlab lesson %s --fresh --seed %s --transcript 文件"},
	"hint-same-version": {"use the netlab that your course names, without --profile", "请使用课程指定版本的 netlab，不要加 --profile"},
	"hint-whole":        {"do the lesson to its end in one go (--fresh): questions that were done before are not in the record", "请加 --fresh 一次做完：以前做过的题不会出现在记录里"},
	"trailing":          {"something follows the record", "记录之后还有别的内容"},
	"another-kind":      {"its type is \"%s\", version %d", "类型是“%s”，版本 %d"},
	"right":             {"right at the first try", "第一次就答对了"},
	"right-later":       {"right at try %d", "第 %d 次才答对"},
	"wrong":             {"wrong", "答错了"},
	"open":              {"wrong; not tried again", "答错了，没有再试"},
	"not-sure":          {"\"not sure\", which is honest, and scores nothing", "选择了“不确定”：诚实，但不得分"},
	"skipped":           {"skipped", "跳过了"},
	"not-done":          {"not in the record", "记录里没有这道题"},
	"hints":             {"; hints: %d", "；用了 %d 个提示"},
	"claims":            {"; the file says otherwise, and is not believed", "；文件里的说法不同，不予采信"},
	"step-try":          {"try: %s, %s", "尝试：%s，%s"},
	"step-right":        {"right", "对"},
	"step-wrong":        {"wrong", "错"},
	"step-hint":         {"a hint", "一个提示"},
	"step-not-sure":     {"\"not sure\"", "“不确定”"},
	"step-skip":         {"skipped", "跳过"},
}

// hints names the advice that belongs to a code.
var hints = map[string]string{"other-version": "hint-same-version", "too-few": "hint-whole"}

func say(lang, key string, args ...any) string {
	t := texts[key][0]
	if lang == "zh-CN" {
		t = texts[key][1]
	}
	if len(args) == 0 {
		return t
	}
	return fmt.Sprintf(t, args...)
}

// An Error says why a record is refused; there are no checks then.
type Error struct {
	Code string // such as other-seed, times, after-closed
	Msg  string
	Hint string
}

// Error implements error.
func (e *Error) Error() string { return e.Msg }

// Reason is the same as part of a result whose outcome is [result.Rejected].
func (e *Error) Reason() *result.Reason {
	return &result.Reason{Code: e.Code, Message: e.Msg, Hint: e.Hint}
}
