package worksheet

import "netlab/lessons/text"

// words are the sentences that students read, in English and in Chinese; {0}, {1}, … are
// filled in.
var words = text.Pairs{
	// Of a file that cannot be read.
	"too-large":   {"the file is larger than 256 KiB: hand in the answers only", "文件超过 256 KiB：只需交答案"},
	"not-utf8":    {"the file is not UTF-8 text: save it as UTF-8 (in a spreadsheet: CSV UTF-8)", "文件不是 UTF-8 文本：请另存为 UTF-8（电子表格里选“CSV UTF-8”）"},
	"long-line":   {"line {0} is longer than {1} octets: an answer is a few characters", "第 {0} 行超过 {1} 字节：一个答案只有几个字符"},
	"too-deep":    {"line {0}: brackets or names within each other, more than {1} deep; the sheet has none such", "第 {0} 行：括号或名称嵌套超过 {1} 层；答题文件没有这样的写法"},
	"toml-hint":   {"text stands in quotation marks: flags = \"SYN,ACK\"", "文字要放在英文引号里：flags = \"SYN,ACK\""},
	"no-toml":     {"cannot be read as TOML: {0}", "不能按 TOML 读取：{0}"},
	"no-csv":      {"cannot be read as CSV: {0}", "不能按 CSV 读取：{0}"},
	"csv-head":    {"the first line must name the columns and begin with row; take the sheet's own", "第一行必须是列名，并以 row 开头；请用下发的表格"},
	"csv-wide":    {"line {0} has more columns than the first line; a number with a comma stands in quotation marks", "{0} 这一行的列数比第一行多；带逗号的数要放在引号里"},
	"csv-place":   {"line {0} has nothing to fill in under {1}", "{0} 这一行的 {1} 列不用填"},
	"twice":       {"line {0}: {1} stands there twice", "第 {0} 行：{1} 出现了两次"},
	"no-table":    {"{0} is a table of the sheet, not a value: [row.2] stands on a line of its own", "{0} 是一个表，不是一个值：[row.2] 要单独占一行"},
	"no-row":      {"no row {0}: the sheet has rows 1 to {1}", "没有第 {0} 行：表里是第 1 至 {1} 行"},
	"no-scalar":   {"{0} is neither a number nor a text", "{0} 既不是数，也不是文字"},
	"long-value":  {"{0} is longer than {1} octets", "{0} 超过 {1} 字节"},
	"unknown-key": {"unknown name {0}{1} (names are {2})", "没有 {0} 这个名称{1}（可用的有 {2}）"},
	"mean":        {"; did you mean {0}?", "；是不是 {0}？"},

	// Of a mark.
	"row-title":      {"Row {0}", "第 {0} 行"},
	"question-title": {"Question {0}: {1}", "问题 {0}：{1}"},
	"row-right":      {"all {0} cells count", "{0} 个空全部得分"},
	"semicolon":      {"; ", "；"},
	"row-some":       {"{0} of {1} cells count", "{1} 个空中有 {0} 个得分"},
	"row-empty":      {"nothing is filled in", "这一行没有填"},
	"not-answered":   {"not answered", "未作答"},
	"right":          {"right", "正确"},
	"follows":        {"{0} = {1} follows from your {2} in row {3}: it counts; {4} would be right", "{0} = {1} 与你第 {3} 行的 {2} 一致，算对；正确的是 {4}"},
	"answer-follows": {"{0} follows from what you filled in above: it counts; {1} would be right", "{0} 与你上面所填的一致，算对；正确的是 {1}"},
	"cell-wrong":     {"{0}: you wrote {1}, right is {2}", "{0}：你填的是 {1}，正确的是 {2}"},
	"cell-empty":     {"{0}: not answered, right is {1}", "{0}：未作答，正确的是 {1}"},
	"cell-bad":       {"{0}: “{1}” cannot be read as {2}; right is {3}", "{0}：“{1}”读不出是{2}；正确的是 {3}"},
	"wrong":          {"you wrote {0}, right is {1}", "你填的是 {0}，正确的是 {1}"},
	"none-here":      {"this segment has no {0}", "这个报文段没有 {0}"},
	"unchanged":      {"this segment does not change {0}'s state", "这个报文段不改变 {0} 的状态"},
	"why":            {"{0} ({1})", "{0}（{1}）"},
	"think":          {"You may think: {0}", "也许你{0}"},
	"notation":       {"your sequence numbers are read as {0}", "你的序号按{0}读取"},
	"absolute":       {"absolute ones", "绝对序号"},
	"relative":       {"relative ones", "相对序号"},
	"yes":            {"yes", "是"},
	"no":             {"no", "否"},

	// How a number comes about.
	"path-isn":    {"seq: the SYN carries {0}'s initial sequence number, {1}", "seq：SYN 带的是 {0} 的初始序号 {1}"},
	"path-seq":    {"seq: after row {0}, {1} = {2}", "seq：接在第 {0} 行之后，{1} = {2}"},
	"path-ack":    {"ack: the next number expected after row {0}, {1} = {2}", "ack：第 {0} 行之后期望的下一个序号，{1} = {2}"},
	"path-same":   {"seq: row {0} is sent again, {1}", "seq：重发第 {0} 行，{1}"},
	"path-acked":  {"seq: what row {0} expects next, {1}", "seq：第 {0} 行所期望的下一个序号 {1}"},
	"path-repeat": {"ack: nothing new has come since row {0}, still {1}", "ack：第 {0} 行之后没有收到新的数据，仍是 {1}"},
	"octets":      {"{0} octets", "{0} 字节"},

	// What a field wants, where an answer cannot be read.
	"want-host":  {"a host of the sheet", "表中的主机名"},
	"want-what":  {"TCP, UDP or ICMP", " TCP、UDP 或 ICMP"},
	"want-flags": {"flags", "标志"},
	"want-num":   {"a number", "数"},
	"want-state": {"a state", "状态名"},
	"want-yes":   {"yes or no", "“是”或“否”"},

	// On the sheet.
	"sheet-how":       {"Fill in what stands between the quotation marks. An empty cell is not answered.", "在引号之间填写。空着的格子算未作答。"},
	"sheet-script":    {"What the programs and the network do:", "各程序和网络做的事："},
	"sheet-isns":      {"Initial sequence numbers: {0}.", "初始序号：{0}。"},
	"sheet-isn":       {"{0} {1}", "{0} 为 {1}"},
	"comma":           {", ", "，"},
	"sheet-absolute":  {"The sheet prints sequence numbers as they are on the wire. You may write relative ones (counted from the initial number) instead, but do not mix the two.", "表中印的是线路上的序号。你也可以写相对序号（从初始序号数起），但两种不要混用。"},
	"sheet-relative":  {"The sheet prints sequence numbers relative to the initial ones. You may write those on the wire instead, but do not mix the two.", "表中印的是相对初始序号的值。你也可以写线路上的序号，但两种不要混用。"},
	"sheet-follows":   {"A slip costs one cell: what follows from it in later rows by the right rule still counts.", "错一处只扣一处：后面各行按正确的规则从它推出的值仍然得分。"},
	"sheet-row-given": {"Row {0} is given: {1}", "第 {0} 行已给出：{1}"},
	"sheet-given":     {"given: {0}", "已给出：{0}"},
	"sheet-fields":    {"The fields:", "各栏的意思："},
	"sheet-questions": {"Questions", "问题"},
	"sheet-key":       {"Answers", "答案"},
	"sheet-table":     {"The table", "表格"},
	"sheet-reasons":   {"Why", "理由"},
	"sheet-points":    {"points: {0}", "{0} 分"},
	"sheet-line":      {"{0}: {1}", "{0}：{1}"},
	"sheet-answer":    {"Answer: {0}", "答：{0}"},

	"field-from":     {"the host that sends it", "发送它的主机"},
	"field-to":       {"the host it is sent to", "它发往的主机"},
	"field-kind":     {"TCP, UDP or ICMP", "TCP、UDP 或 ICMP"},
	"field-src_port": {"the port it is sent from; - for ICMP", "源端口；ICMP 写 -"},
	"field-dst_port": {"the port it is sent to; - for ICMP", "目的端口；ICMP 写 -"},
	"field-flags":    {"those of SYN, ACK, FIN, RST that are set, such as SYN,ACK; PSH may be left out", "置位的 SYN、ACK、FIN、RST，如 SYN,ACK；PSH 可以不写"},
	"field-seq":      {"the sequence number", "序号"},
	"field-ack":      {"the acknowledgment number; - if the segment has none", "确认号；没有就写 -"},
	"field-len":      {"octets of the program's data in it; SYN and FIN are not data", "其中程序数据的字节数；SYN 和 FIN 不是数据"},
	"field-len-udp":  {"octets of the program's data in it, without any header; - for ICMP", "其中程序数据的字节数，不含首部；ICMP 写 -"},
	"field-arrives":  {"yes if it reaches the other host, no if it is lost", "到达对方写 yes（是），丢失写 no（否）"},
	"field-state":    {"{0}'s state: of the sender, once it has sent the segment; of the receiver, once the segment has arrived and been dealt with", "{0} 的状态：发送方取发出这个报文段之后的状态，接收方取收到并处理完它之后的状态"},
}

// say returns a sentence in a language, filled in.
var say = words.Say

// didYouMean suggests the known name that is nearest to what was typed; empty if none is near.
func didYouMean(lang, typed string, known []string) string {
	best := text.Nearest(typed, known, 2)
	if best == "" {
		return ""
	}
	return say(lang, "mean", best)
}
