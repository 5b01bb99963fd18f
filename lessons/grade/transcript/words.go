package transcript

import "netlab/lessons/text"

// texts are the sentences that students read, in English and Chinese.
var texts = text.Pairs{
	// Why a record is refused, and what helps.
	"too-large":         {"{0}: larger than 256 KiB", "{0}：超过 256 KiB"},
	"not-a-transcript":  {"{0}: no record of a lesson: {1}", "{0}：不是课程记录：{1}"},
	"other-lesson":      {"{0}: the record is of the lesson \"{1}\", and \"{2}\" is asked for", "{0}：记录的是课程“{1}”，要求的是“{2}”"},
	"other-version":     {"{0}: the record was written by another version of the lesson or with other habits of the model (hash {1}, profile {2}; here {3}, {4})", "{0}：写这份记录的课程版本或模型设置不同（哈希 {1}，profile {2}；这里是 {3}，{4}）"},
	"other-seed":        {"{0}: the record has seed {1}, and yours is {2}", "{0}：记录的种子是 {1}，你的应是 {2}"},
	"bad-seed":          {"{0}: the lesson cannot be played with seed {1}", "{0}：课程无法用种子 {1} 运行"},
	"times":             {"{0}: entry {1} ({2}): its time is before that of the entry before it", "{0}：第 {1} 条（{2}）：时间早于前一条"},
	"times-ends":        {"{0}: the times at which the lesson began and ended do not enclose its entries", "{0}：课程开始和结束的时间没有包含各条记录"},
	"no-times":          {"{0}: entry {1} ({2}): no time", "{0}：第 {1} 条（{2}）：没有时间"},
	"unknown-question":  {"{0}: entry {1}: the lesson has no question \"{2}\"", "{0}：第 {1} 条：课程里没有题目“{2}”"},
	"unknown-deed":      {"{0}: entry {1} ({2}): \"{3}\" is nothing that a learner does (try, hint, not-sure, skip)", "{0}：第 {1} 条（{2}）：“{3}”不是学习者的操作（try、hint、not-sure、skip）"},
	"after-closed":      {"{0}: entry {1} ({2}): the question was closed before", "{0}：第 {1} 条（{2}）：这道题此前已经结束"},
	"too-many-tries":    {"{0}: entry {1} ({2}): more tries than the lesson gives ({3})", "{0}：第 {1} 条（{2}）：超过课程允许的尝试次数（{3}）"},
	"not-understood":    {"{0}: entry {1} ({2}): the lesson does not take this as a try: {3}", "{0}：第 {1} 条（{2}）：课程不会把它算作一次尝试：{3}"},
	"too-many-hints":    {"{0}: entry {1} ({2}): more hints than the lesson has", "{0}：第 {1} 条（{2}）：超过课程的提示个数"},
	"too-few":           {"{0}: {1} questions were tried, and at least {2} are asked for", "{0}：只做了 {1} 道题，要求至少 {2} 道"},
	"hint-do-it":        {"do the lesson and hand in the file as it was written: netlab lesson {0} --fresh --seed {1} --transcript FILE", "做完课程，把写出的文件原样提交：netlab lesson {0} --fresh --seed {1} --transcript 文件"},
	"hint-same-version": {"use the netlab that your course names, without --profile", "请使用课程指定版本的 netlab，不要加 --profile"},
	"hint-whole":        {"do the lesson to its end in one go (--fresh): questions that were done before are not in the record", "请加 --fresh 一次做完：以前做过的题不会出现在记录里"},
	"trailing":          {"something follows the record", "记录之后还有别的内容"},
	"another-kind":      {"its type is \"{0}\", version {1}", "类型是“{0}”，版本 {1}"},
	"right":             {"right at the first try", "第一次就答对了"},
	"right-later":       {"right at try {0}", "第 {0} 次才答对"},
	"wrong":             {"wrong", "答错了"},
	"open":              {"wrong; not tried again", "答错了，没有再试"},
	"not-sure":          {"\"not sure\", which is honest, and scores nothing", "选择了“不确定”：诚实，但不得分"},
	"skipped":           {"skipped", "跳过了"},
	"not-done":          {"not in the record", "记录里没有这道题"},
	"hints":             {"; hints: {0}", "；用了 {0} 个提示"},
	"claims":            {"; the file says otherwise, and is not believed", "；文件里的说法不同，不予采信"},
	"step-try":          {"try: {0}, {1}", "尝试：{0}，{1}"},
	"step-right":        {"right", "对"},
	"step-wrong":        {"wrong", "错"},
	"step-hint":         {"a hint", "一个提示"},
	"step-not-sure":     {"\"not sure\"", "“不确定”"},
	"step-skip":         {"skipped", "跳过"},
}

// hints names the advice that belongs to a code.
var hints = map[string]string{"other-version": "hint-same-version", "too-few": "hint-whole"}
