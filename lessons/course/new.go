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
		"lesson.toml":   fmt.Sprintf(newToml, id),
		"scenario.txt":  newScenario,
		"text/en.md":    newEnglish,
		"text/zh-CN.md": newChinese,
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
`

const newToml = `format_version = 1
id             = "%s"
after          = ["handshake"]
minutes        = 5
profile        = "textbook"
seeds          = { default = 42, check = "1..64" }

[live]
compare = true

[[step]]
id = "open"
at = "A state ESTABLISHED"
assert = ["A.state == 'ESTABLISHED'"]

[[step]]
id = "data"
at = "A send data"

  [step.ask]
  id     = "ack-of-data"
  kind   = "number"
  answer = "next('B', 'ACK').ack"
  wrong  = [
    { is = "this.seq", because = "syn-uses-no-number" },
  ]

[[step]]
id = "end"
at = "end"
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

### because: syn-uses-no-number
{this.seq} is the number of the first octet, which has arrived. B expects the one after the last: {answer}.

### otherwise
The number of the first octet plus how many there are: {answer}.

### after
B has everything before {answer}.

## step: end
Numbers count octets, and an acknowledgment names the next one.
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

### because: syn-uses-no-number
{this.seq} 是第一个字节的序号，它已经收到了。B 期望的是最后一个之后的那个：{answer}。

### otherwise
第一个字节的序号加上字节数：{answer}。

### after
{answer} 之前的，B 都收到了。

## step: end
序号数的是字节，确认号指出下一个。
`
