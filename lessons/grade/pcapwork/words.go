package pcapwork

import (
	"fmt"

	"netlab/lessons/grade/result"
)

// texts are the sentences that students read, in English and Chinese.
var texts = map[string][2]string{
	// Why a hand-in is refused, and what helps.
	"too-large":              {"%s: larger than %d MiB", "%s：超过 %d MiB"},
	"too-large-hint":         {"capture again with a filter for your port, such as: netlab capture -i lo port N -o mine.pcapng", "请只抓自己端口的数据包，例如：netlab capture -i lo port N -o mine.pcapng"},
	"compressed":             {"%s: the capture is compressed with gzip", "%s：抓包文件用 gzip 压缩过"},
	"compressed-hint":        {"hand it in as it was captured: gunzip FILE", "请先解压再提交：gunzip 文件"},
	"no-capture":             {"%s: no capture that netlab reads: %s", "%s：不是 netlab 能读的抓包文件：%s"},
	"no-capture-hint":        {"save it as pcapng or pcap (Wireshark: File > Save As)", "请存为 pcapng 或 pcap 格式（Wireshark：文件 > 另存为）"},
	"no-packets":             {"%s: no packet can be read: %s", "%s：一个数据包也读不出来：%s"},
	"no-packets-hint":        {"capture again, and stop the capture before you copy the file", "请重新抓包；先停止抓包，再复制文件"},
	"too-many":               {"%s: more than %d packets", "%s：数据包超过 %d 个"},
	"too-many-hint":          {"capture again with a filter for your port", "请用过滤器只抓自己端口的数据包"},
	"answers-too-large":      {"%s: larger than 256 KiB", "%s：超过 256 KiB"},
	"answers-too-large-hint": {"one line for each question: question = answer", "每题一行：题名 = 答案"},
	"answers-nested":         {"%s: brackets within brackets", "%s：方括号或花括号嵌套太深"},
	"answers-nested-hint":    {"one line for each question: question = answer", "每题一行：题名 = 答案"},
	"answers-toml":           {"%s", "%s"},
	"answers-toml-hint":      {"one line for each question: question = 42, or question = \"text\"", "每题一行：题名 = 42，或者 题名 = \"文字\""},
	"answers-unknown":        {"%s: no question \"%s\"", "%s：没有题目“%s”"},
	"answers-unknown-hint":   {"questions are: %s", "题目有：%s"},
	"answers-kind":           {"%s: the answer to %s is neither a number nor a text", "%s：%s 的答案既不是数字也不是文字"},
	"answers-kind-hint":      {"question = 42, or question = \"text\"", "题名 = 42，或者 题名 = \"文字\""},

	// Titles of the demands.
	"t-found":      {"The conversation that is asked for is in the capture", "抓包里有要求的会话"},
	"t-handshake":  {"The three-way handshake is in it from the first SYN on", "从第一个 SYN 起，三次握手完整"},
	"t-data":       {"At least %d octets of data", "至少有 %d 字节数据"},
	"t-payload":    {"Your word stands in the data", "数据里有你的口令"},
	"t-close":      {"The connection is closed as asked: %s", "连接按要求关闭：%s"},
	"t-size":       {"At most %d packets in the file", "文件里最多 %d 个数据包"},
	"t-warning":    {"A remark, without points", "提示（不计分）"},
	"close-four":   {"four segments", "四个报文段（四次挥手）"},
	"close-three":  {"three segments", "三个报文段"},
	"close-half":   {"half-close", "半关闭"},
	"close-simul":  {"simultaneous close", "同时关闭"},
	"close-reset":  {"reset", "复位"},
	"close-any":    {"in any way", "任何方式"},
	"close-none":   {"not closed", "没有关闭"},
	"or":           {" or ", " 或 "},
	"what-wanted":  {"a %s conversation", "一个 %s 会话"},
	"what-port":    {" with the server's port %d", "，服务器端口 %d"},
	"what-filter":  {", picked by: %s", "，满足过滤器：%s"},
	"sent-client":  {"sent by the client", "由客户端发送"},
	"sent-server":  {"sent by the server", "由服务器发送"},
	"sent-any":     {"sent by either end", "由任一端发送"},
	"octets":       {"%d octets", "%d 字节"},
	"packets":      {"%d packets", "%d 个数据包"},
	"more-convs":   {"… and %d more", "……还有 %d 个"},
	"nothing-here": {"no conversation of TCP or UDP", "没有任何 TCP 或 UDP 会话"},

	// What came of the demands.
	"found":          {"conversation %d: %s to %s, %d packets", "会话 %d：%s 到 %s，%d 个数据包"},
	"found-several":  {"; of %d that fit, the one that meets most of the demands", "；符合的有 %d 个，取满足要求最多的一个"},
	"found-cut":      {"; the file ends early (%s)", "；文件不完整（%s）"},
	"not-found":      {"no such conversation is in the capture", "抓包里没有这样的会话"},
	"not-found-why":  {"another port, another interface (a program that talks to its own machine is seen on lo only), or a capture that began too late", "端口不对，网络接口不对（与本机通信只在 lo 上看得到），或者抓包开始得太晚"},
	"port-is-client": {"your port is the client's here: it must be the one on which the server listens", "这里你的端口属于客户端；应该让服务器在这个端口上监听"},
	"needs-found":    {"needs the conversation", "要先有这个会话"},
	"open-ok":        {"SYN, SYN,ACK and ACK are there", "SYN、SYN,ACK、ACK 都在"},
	"open-bad":       {"the opening is not complete: %s", "握手不完整：%s"},
	"open-late":      {"the capture began after the SYN: start it first, then the programs", "抓包开始时 SYN 已经过去：先开始抓包，再启动程序"},
	"open-refused":   {"nobody listened on that port when connect() was called: start the server first", "调用 connect() 时没有人在这个端口上监听：先启动服务器"},
	"open-none":      {"no SYN", "没有 SYN"},
	"open-no-answer": {"nobody answers the SYN", "SYN 没有回答"},
	"open-rst":       {"the SYN is answered with RST", "对 SYN 的回答是 RST"},
	"open-half":      {"the SYN,ACK is not acknowledged", "SYN,ACK 没有得到确认"},
	"open-part":      {"a part of it was not captured", "有一部分没有抓到"},
	"open-other":     {"it is of another kind", "是另一种打开方式"},
	"data-ok":        {"%d octets of data", "数据有 %d 字节"},
	"data-bad":       {"only %d octets of data", "数据只有 %d 字节"},
	"payload-ok":     {"it is there", "找到了"},
	"payload-bad":    {"it is not in the data of that conversation", "这个会话的数据里没有它"},
	"payload-side":   {"it is there, but the wrong end has sent it", "找到了，但发送它的是另一端"},
	"payload-other":  {"it is in another conversation (%s to %s), which does not meet the other demands", "它在另一个会话里（%s 到 %s），而那个会话不满足其他要求"},
	"payload-short":  {"frames were cut when they were captured: capture whole packets (tcpdump -s 0)", "抓包时帧被截短了：要抓整个数据包（tcpdump -s 0）"},
	"payload-why":    {"send it exactly as it is written, in one send() or typed as one line", "口令要一字不差，用一次 send() 或作为一行输入"},
	"no-data":        {"no data", "没有数据"},
	"close-ok":       {"it ended so", "确实如此"},
	"close-bad":      {"the connection did not end so", "连接不是这样结束的"},
	"close-open":     {"the end was not captured: close both programs, then stop the capture", "没有抓到连接的结束：先让两个程序都关闭，再停止抓包"},
	"close-unread":   {"close() with octets unread, or a program that was killed, sends RST instead of FIN", "还有字节没读就 close()，或者程序被强行终止，发的是 RST 而不是 FIN"},
	"close-quick":    {"if the second end closes at once, its FIN carries the ACK; if it waits, they are two segments", "后关闭的一端立即关闭，FIN 就带上 ACK；等一会儿再关闭，就是两个报文段"},
	"size-ok":        {"%d packets", "%d 个数据包"},
	"size-bad":       {"%d packets: capture with a filter for your port", "有 %d 个数据包：请用过滤器只抓自己的端口"},

	// What came of the questions.
	"no-answer":      {"no answer", "没有作答"},
	"answer-right":   {"right", "正确"},
	"answer-wrong":   {"this is not what your capture shows", "与你的抓包不符"},
	"answer-look":    {"; look at frame %s", "；请看第 %s 帧"},
	"answer-rel":     {"this counts from the initial number; asked for is the number in the header", "这是相对序号；要填的是首部里的原始数值"},
	"answer-rel-why": {"Wireshark: Edit > Preferences > Protocols > TCP, \"Relative sequence numbers\" off; netlab explain FILE --json has both", "Wireshark：编辑 > 首选项 > Protocols > TCP，取消“Relative sequence numbers”；netlab explain 文件 --json 两种都有"},
	"answer-number":  {"this is no number", "这不是数字"},
	"answer-choice":  {"this is none of the words that can be the answer: %s", "不是可选的词：%s"},
	"answer-addr":    {"this is no IP address", "这不是 IP 地址"},
	"not-shown":      {"your capture does not show it: %s", "你的抓包里看不到：%s"},

	// Remarks about captures that look strange.
	"w-cut":       {"the file cannot be read to its end: %s", "文件不能读到底：%s"},
	"w-ip-sum":    {"frame %d: the checksum of the IP header is wrong", "第 %d 帧：IP 首部的检验和不对"},
	"w-sum":       {"frame %d: the checksum is wrong, and those of other packets of the same end are right", "第 %d 帧：检验和不对，而同一端其他数据包的检验和是对的"},
	"w-time":      {"frame %d: its time is before that of the packet before it", "第 %d 帧：时间比前一个数据包还早"},
	"w-no-time":   {"packets without a time", "数据包没有时间"},
	"w-same-time": {"all packets have the same time", "所有数据包的时间都相同"},
	"w-differs":   {"frame %d: other octets under sequence numbers that were sent before", "第 %d 帧：序号与以前发送的相同，字节却不同"},
	"w-unseen":    {"frame %d acknowledges octets that are not in the capture", "第 %d 帧确认的字节不在抓包里"},
	"w-gap":       {"before frame %d, sequence numbers are missing", "第 %d 帧之前缺少一段序号"},
	"w-synack":    {"frame %d: the SYN,ACK does not acknowledge the SYN", "第 %d 帧：SYN,ACK 没有确认 SYN"},
	"w-echo":      {"frame %d: the SYN,ACK does not echo the timestamp of the SYN", "第 %d 帧：SYN,ACK 没有送回 SYN 的时间戳"},
	"w-stamp":     {"frame %d: the timestamp goes back", "第 %d 帧：时间戳倒退"},
	"w-mss":       {"frame %d: a SYN without an MSS: kernels always announce one", "第 %d 帧：SYN 没有 MSS，而内核总会通告它"},
	"w-isn":       {"frame %d: an initial sequence number as small as %s: kernels draw them at random", "第 %d 帧：初始序号小到 %s，而内核随机选取"},
	"w-ids":       {"the IP identifications of both ends come from one counter, as if one program had written all packets (netlab sim does)", "两端的 IP 标识来自同一个计数器，好像所有数据包都由一个程序写成（netlab sim 就是这样）"},
	"w-model":     {"the file says that it comes from the model (netlab sim), not from a network", "文件说明它来自模型（netlab sim），而不是来自网络"},
}

// say fills a sentence in.
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

// An Error says why a hand-in is refused; there are no checks then.
type Error struct {
	Code string // such as too-large, no-capture, answers-unknown
	Msg  string
	Hint string
}

// Error implements error.
func (e *Error) Error() string { return e.Msg }

// Reason is the same as part of a result whose outcome is [result.Rejected].
func (e *Error) Reason() *result.Reason {
	return &result.Reason{Code: e.Code, Message: e.Msg, Hint: e.Hint}
}
