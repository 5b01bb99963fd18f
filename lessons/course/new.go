package course

import (
	"fmt"
	"os"
	"path/filepath"
)

// New writes a small lesson that passes every check into a folder that does not
// exist yet: the place from which to write one's own.
func New(dir string) error {
	id := filepath.Base(dir)
	if !idForm.MatchString(id) {
		return fmt.Errorf("bad lesson name %q (small letters, digits and hyphens)", id)
	}
	if _, err := os.Stat(dir); err == nil {
		return fmt.Errorf("%s exists already", dir)
	}
	for name, text := range map[string]string{
		"lesson.toml":         fmt.Sprintf(newToml, id),
		"misconceptions.toml": fmt.Sprintf(newBeliefs, id),
		"worlds/lost.txt":     newWorld,
		"scenario.txt":        newScenario,
		"text/en.md":          newEnglish,
		"text/zh-CN.md":       newChinese,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const newScenario = `# A client connects and sends a greeting.

host A
host B
link A B delay=10ms

B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c "hello"
B: recv x "hello"

expect A passes SYN-SENT ESTABLISHED
expect B recv returns 5
`

const newWorld = `# The network loses the greeting.

host A
host B
link A B delay=10ms
drop A->B data 1

B: s = socket tcp
B: listen s 80
A: c = socket tcp
A: connect c B:80
B: x = accept s
A: send c "hello"
B: recv x "hello"

expect B recv returns 5
`

const newBeliefs = `# What wrong answers show. netlab lesson beliefs lists those that all lessons share.

[ack-is-the-first]
en = "An ACK names the first octet of what has arrived."
zh-CN = "以为确认号是收到的第一个字节的序号。"
lesson = "%[1]s"

[receiver-asks-again]
en = "The receiver notices a loss and asks for the octets again."
zh-CN = "以为接收方会发现丢失，并要求重发。"
lesson = "%[1]s"
`

const newToml = `# See netlab's lessons/README.md for everything that can stand here.
format_version = 1
id             = "%[1]s"
after          = ["handshake"]
minutes        = 5
profile        = "textbook"
seeds          = { default = 42, check = "1..64" }

[live]
compare = true

[[step]]
id = "open"
at = "B state ESTABLISHED"
assert = ["A.state == 'ESTABLISHED'", "B.state == 'ESTABLISHED'"]

[[step]]
id = "data"
at = "A send data"

  [step.ask]
  id     = "ack-of-data"
  kind   = "number"
  answer = "next('B', 'ACK').ack"
  wrong  = [
    { is = "this.seq", because = "ack-is-the-first" },
  ]

[[step]]
id = "arrived"
at = "B recv data"

  [step.ask]
  id      = "greeting-lost"
  kind    = "next"
  world   = "lost"
  choices = [
    { id = "a-again", holds = "next('', 'send').host == 'A'" },
    { id = "b-asks",  holds = "next('', 'send').host == 'B'", because = "receiver-asks-again" },
  ]

[[step]]
id = "summary"
at = "end"

[challenge]
id       = "sent-twice"
goal     = "count('A', 'data') == 2 && result('B', 'recv') == '5'"
edits    = 1
solution = ["drop A->B data 1"]
`

const newEnglish = `# My lesson

What this lesson is about, in one or two sentences.

## step: open
A and B have shaken hands. A's numbers begin at {A.iss}.

## step: data
A sends {this.len} octets; the first has the number {this.seq}.

### ask: ack-of-data
Which acknowledgment number will B answer with? (type the number)
- hint: An acknowledgment names the next octet that is expected.
- hint: Add the number of octets to the number of the first.

### because: ack-is-the-first
{this.seq} is the number of the first octet, which has arrived. B expects the one after the last.

### otherwise
The number of the first octet plus how many there are.

### after
ack={answer}: B has everything before {answer}.

### note
Ask the room for the first number that comes to mind: most will say {this.seq}.

## step: arrived
The octets are there, and B acknowledges them.

### ask: greeting-lost
What if the network had lost them? Who sends next?
- world: the greeting is lost
- choice a-again: A, which sends the octets again
- choice b-asks: B, which asks for them
- hint: Who knows that something was sent?

### because: receiver-asks-again
B does not know that there was anything: nothing has reached it.

### after
A's retransmission timer goes off at {world: first('A', 'again').t} ms. Press f to see it.

## step: summary
Numbers count octets, and an acknowledgment names the next one.

## challenge
Make A send its octets twice, and B's program read them once. One change is enough.
- hint: When does A send something again?

### after
Whoever misses an acknowledgment sends again.
`

const newChinese = `# 我的一课

用一两句话说明这一课讲什么。

## step: open
A 和 B 完成了握手。A 的序号从 {A.iss} 开始。

## step: data
A 发送 {this.len} 个字节，第一个字节的序号是 {this.seq}。

### ask: ack-of-data
B 回答的确认号是多少？（请输入数字）
- hint: 确认号表示期望收到的下一个字节。
- hint: 第一个字节的序号加上字节数。

### because: ack-is-the-first
{this.seq} 是第一个字节的序号，它已经收到了。B 期望的是最后一个之后的那个。

### otherwise
第一个字节的序号加上字节数。

### after
ack={answer}：{answer} 之前的，B 都收到了。

### note
让全班说出想到的第一个数：多数人会说 {this.seq}。

## step: arrived
这些字节到达了，B 给出确认。

### ask: greeting-lost
如果网络丢失了它们，接下来谁发送？
- world: 问候丢失
- choice a-again: A，重发这些字节
- choice b-asks: B，要求重发
- hint: 谁知道发送过东西？

### because: receiver-asks-again
B 并不知道有过什么：什么也没有到达它。

### after
A 的超时重传计时器在 {world: first('A', 'again').t} 毫秒到期。按 f 查看这种情形。

## step: summary
序号数的是字节，确认号指出下一个。

## challenge
让 A 把这些字节发送两次，而 B 的程序只读到一次。只需改一处。
- hint: A 什么时候会重发？

### after
没有得到确认的一方会重发。
`
