package grade

import (
	"netlab/lessons/grade/assignment"
	"netlab/lessons/text"
	"netlab/live/jail"
)

// phrases are the sentences of a report, apart from those of the single kinds.
var phrases = text.Pairs{
	"interrupted":       {"grading was interrupted", "评分被中断"},
	"no-answers":        {"there is no {0} in the submission", "提交中没有 {0}"},
	"handout-hint":      {"netlab homework handout {0} writes one to fill in", "netlab homework handout {0} 会生成一份可填写的文件"},
	"missing":           {"nothing was handed in", "没有提交"},
	"same-files":        {"all files", "全部文件"},
	"same-as":           {"the same as {0} handed in: {1}", "与 {0} 提交的相同：{1}"},
	"time":              {"it was recorded outside the time set for this assignment ({0} to {1})", "记录时间不在作业规定的时间之内（{0} 至 {1}）"},
	"isolation":         {"this assignment wants isolation {0}, and this machine cannot keep a program apart: {1}. The program was not run: nothing could be said of what it does to the grader, and no official mark can be given", "本作业要求隔离级别 {0}，而这台机器无法隔离程序：{1}。程序未运行：无法保证它不影响评分程序，因此不能给出正式成绩"},
	"no-program":        {"nothing in the submission can be run: there is no {0} in any language that is known", "提交中没有可运行的程序：找不到任何已知语言的 {0}"},
	"no-program-hint":   {"hand in {0}.py, {0}.c, main.go, a Makefile that makes {0}, or a run.sh", "请提交 {0}.py、{0}.c、main.go、能生成 {0} 的 Makefile，或 run.sh"},
	"no-tool":           {"this machine has no {0}, with which the submission ({1}) is built or run", "这台机器没有 {0}，无法编译或运行这份提交（{1}）"},
	"no-tool-hint":      {"install {0} on the grader's machine, below /usr", "请在评分机器的 /usr 下安装 {0}"},
	"no-tool-in-cell":   {"{0}, with which the submission ({1}) is built or run, is installed as {2}; but that is done in a sandbox in which only /usr and the system's own folders can be seen, and {0} is not there", "编译或运行这份提交（{1}）要用的 {0} 装在 {2}；但编译和运行都在沙箱里进行，沙箱里只看得到 /usr 和系统自带的目录，那里没有 {0}"},
	"no-tool-hint-self": {"install {0} on this machine from your distribution's packages, which puts it below /usr (with apt: apt-cache search {0})", "请在这台机器上用系统的软件包安装 {0}，它会装到 /usr 下（用 apt 时：apt-cache search {0}）"},
	"no-tool-show":      {"; or show the folder in whose bin it is: --tools {0}", "；也可以把它所在的 bin 的上级目录显示给沙箱：--tools {0}"},
	"no-tools":          {"programs cannot see the folders of --tools: {0}", "程序看不到 --tools 给出的目录：{0}"},
	"no-tools-hint":     {"started by root, a program runs as another, ordinary user: grade as an ordinary user, or put the tools where everybody may read", "由 root 启动时，程序以另一个普通用户的身份运行：请以普通用户评分，或把工具放到人人可读的地方"},
	"builds":            {"Builds ({0})", "编译（{0}）"},
	"build-late":        {"the build took longer than {0}", "编译超过了 {0}"},
	"build-floods":      {"the build printed more than it may and was stopped: is there a print in an endless loop?", "编译过程输出过多而被终止：是否在死循环里打印？"},
	"build-leaves":      {"the build leaves files of {0} MiB; {1} MiB at most are taken on. Let it delete what the program does not need, or leave the debugging information out", "编译留下的文件有 {0} MiB，最多只能取用 {1} MiB。请在编译时删去程序运行不需要的文件，或不生成调试信息"},
	"build-fails":       {"the build {0}", "编译失败（{0}）"},
	"no-crates":         {"{0} asks for crates ({1}). Nothing can be fetched: there is no network, and only Rust's standard library is there", "{0} 要用外部的 crate（{1}）。这里没有网络，无法下载，只有 Rust 标准库可用"},
	"skip-after":        {"needs “{0}” first", "需要先通过“{0}”"},
	"busy":              {"the grader's machine was too busy (something was {0} late): this costs no mark", "评分机器过于繁忙（延迟 {0}）：此项不扣分"},

	"over":            {"the check took longer than it may", "该项检查超过了允许的时间"},
	"not-started":     {"the program could not be started: {0}", "程序无法启动：{0}"},
	"not-serving":     {"the program runs, but does not listen on any port", "程序在运行，但没有监听任何端口"},
	"other-port":      {"the program listens on port {0}, which is not the one that the assignment names", "程序监听的是端口 {0}，不是作业规定的端口"},
	"was-stopped":     {"the program had to be stopped", "程序不得不被终止"},
	"ended-before":    {"the program ended before it listened on a port: it {0}", "程序在监听端口之前就结束了（{0}）"},
	"connect-refused": {"{0} could not connect: the connection was refused, because nobody listens", "{0} 无法连接：连接被拒绝，因为没有程序在监听"},
	"connect-silent":  {"{0} could not connect: its SYN was not answered", "{0} 无法连接：它的 SYN 没有得到应答"},
	"connect-reset":   {"{0} could not connect: the connection was reset", "{0} 无法连接：连接被复位"},
	"call-fails":      {"{0}'s {1}() returned {2}", "{0} 的 {1}() 返回 {2}"},
	"send-gone":       {"{0} could not send: the connection was gone ({2})", "{0} 无法发送：连接已经不存在（{2}）"},
	"no-client":       {"the program did not connect within {0}", "程序在 {0} 内没有发起连接"},
	"reset":           {"{0} got a RST in the place of an answer", "{0} 收到的不是应答，而是 RST"},
	"reset-for-end":   {"{0} got a RST in the place of a FIN", "{0} 收到的不是 FIN，而是 RST"},
	"early":           {"{0} got octets, or the end of the stream, before they were due", "还没到时候，{0} 就收到了字节或流的结束"},
	"returns-yet":     {"{0}'s {1}() returned {2}, which it should not", "{0} 的 {1}() 返回了 {2}，而它不应该返回这个结果"},
	"not-so":          {"{0}, not as expected", "{0}，与期望不符"},
	"icmp":            {"{0} got an ICMP error: nobody has that UDP port", "{0} 收到 ICMP 差错：没有程序使用该 UDP 端口"},
	"silent":          {"{0} got no answer within {1}", "{0} 在 {1} 内没有收到应答"},
	"closed":          {"the connection was closed before {0} had an answer", "在 {0} 收到应答之前连接就被关闭了"},
	"part":            {"{0} got only the first {2} of {3} octets", "{0} 只收到了 {3} 个字节中的前 {2} 个"},
	"few-silent":      {"{3} octets were expected, and {2} came: then {0} got nothing more within {1}", "应收到 {3} 个字节，只到了 {2} 个：此后 {0} 在 {1} 内没有再收到数据"},
	"few-closed":      {"{3} octets were expected, and {2} came: then the connection to {0} was closed", "应收到 {3} 个字节，只到了 {2} 个：随后与 {0} 的连接被关闭"},
	"few-reset":       {"{3} octets were expected, and {2} came: then {0} got a RST", "应收到 {3} 个字节，只到了 {2} 个：随后 {0} 收到 RST"},
	"other-text":      {"{0} got another answer", "{0} 收到了不同的应答"},
	"the-end":         {"the end of the stream (a FIN)", "流的结束（FIN）"},
	"not-closed":      {"the connection was still open after {1}: {0} waited for the program's FIN", "{1} 后连接仍未关闭：{0} 在等待程序的 FIN"},
	"more":            {"{0} got more octets than it should", "{0} 收到了多余的字节"},
	"left-in":         {"a connection of the program was left in {0}", "程序的一个连接停留在 {0} 状态"},
	"never-sends":     {"the program's host sent {0}, which it should not", "程序所在的主机发送了 {0}，而它不应该发送"},
	"expect":          {"this did not hold: {0} ({1})", "不成立：{0}（{1}）"},

	"ended-unstarted":      {"could not be started: {0}", "无法启动：{0}"},
	"ended-signal":         {"was ended by {0}", "被信号 {0} 终止"},
	"ended-exit":           {"exits with {0}", "以返回值 {0} 退出"},
	"ended-stopped-memory": {"was stopped: it took more memory than it may", "占用内存过多而被终止"},
	"ended-stopped-cpu":    {"was stopped: it computed for longer than it may", "运算时间过长而被终止"},
	"ended-stopped-disk":   {"was stopped: it wrote a larger file than it may", "写入的文件过大而被终止"},

	"stopped-output":    {"the program printed more than it may and was stopped: is there a print in an endless loop?", "程序输出过多而被终止：是否在死循环里打印？"},
	"stopped-packets":   {"the program sent so many packets that it was stopped: is there a send in an endless loop?", "程序发送的数据包过多而被终止：是否在死循环里发送？"},
	"stopped-cpu":       {"the program computed without end and was stopped: a loop around recv() that does not notice the 0 at the end of the stream spins so", "程序一直占用 CPU 而被终止：循环调用 recv() 却不检查返回值 0（流结束）就会这样"},
	"stopped-memory":    {"the program took more memory than it may and was stopped", "程序占用内存过多而被终止"},
	"stopped-disk":      {"the program wrote a larger file than it may and was stopped", "程序写入的文件过大而被终止"},
	"stopped-wall":      {"the program made the check wait until its time was over", "程序使检查一直等待到超时"},
	"cause-in-use":      {"bind() failed with EADDRINUSE: the program binds the same port twice; in its namespace nobody else uses it", "bind() 返回 EADDRINUSE：程序两次绑定了同一个端口；它的命名空间里没有别的程序"},
	"cause-ended":       {"the program did not go on: it {0}. A server serves until it is ended", "程序没有继续运行，{0}。服务器应当一直运行到被结束为止"},
	"cause-serves":      {"a server calls socket(), bind() and, over TCP, listen(); then it serves until it is ended", "服务器要调用 socket()、bind()，TCP 还要 listen()，然后一直运行到被结束为止"},
	"cause-output":      {"the program broke off: what it printed says where", "程序中途出错：它的输出说明了出错的位置"},
	"cause-elsewhere":   {"the program listens on {0}, where no other host reaches it: bind to 0.0.0.0 (INADDR_ANY)", "程序监听在 {0}，其他主机无法到达：请绑定 0.0.0.0（INADDR_ANY）"},
	"cause-close-wait":  {"recv() returned 0, because the client had sent its FIN, and the program did not close the socket", "客户端已发送 FIN，recv() 返回了 0，但程序没有关闭套接字"},
	"cause-newline":     {"a line break was sent that does not belong to the answer", "发送了不属于应答的换行符"},
	"cause-reset":       {"a RST is sent when a socket is closed while octets that have come were not read, or when a program dies", "关闭套接字时若还有已到达而未读的字节，或者程序崩溃，就会发送 RST"},
	"cause-one-client":  {"one client was served and another one waited: accept() must go on while a client is connected (threads, fork, or poll)", "一个客户端得到服务而另一个在等待：有客户端连接时也要继续 accept()（线程、fork 或 poll）"},
	"proves-program":    {"the program was held to its checks over real connections, by a grader that it cannot reach; not who has written it", "程序在真实连接上接受了检查，它无法影响评分程序；但不能证明是谁写的"},
	"proves-worksheet":  {"that somebody knows the answers, or has netlab compute them: a worksheet done at home proves no more", "说明有人知道答案，或者用 netlab 算出了答案：在家完成的练习单只能说明这一点"},
	"proves-pcap":       {"that the exchange was captured with this student's own numbers; not on which machine, nor by whom", "说明捕获到了使用该学生专属数值的通信；不能证明在哪台机器上、由谁捕获"},
	"proves-transcript": {"that these answers were given in this lesson; it can be repeated until it is perfect", "说明在这节课中给出了这些答案；学生可以反复练习直到全对"},
}

// say returns a phrase in a language, filled in.
var say = phrases.Say

// ending says how a program ended.
func ending(lang string, r *jail.Report) string {
	how, detail := r.Ending()
	if how == jail.EndStopped {
		return say(lang, "ended-stopped-"+detail)
	}
	return say(lang, "ended-"+string(how), detail)
}

func (m *marking) word(key string, args ...any) string { return say(m.Lang, key, args...) }

// proves says what a mark of this kind proves, and whether it is one for self-study: a student
// can get it with netlab alone, at home, unless it is done in a set time.
func proves(a *assignment.Assignment, lang string) (text string, selfStudy bool) {
	timed := !a.NotBefore.IsZero() && !a.NotAfter.IsZero()
	return say(lang, "proves-"+string(a.Kind)), (a.Kind == assignment.Worksheet || a.Kind == assignment.Transcript) && !timed
}
