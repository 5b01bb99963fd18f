package peer

import (
	"slices"

	"netlab/sim/wire"
)

// A Fault is a mistake that a peer makes on purpose.
type Fault string

// The faults.
const (
	NoFault       Fault = ""
	NeverClose    Fault = "never-close"
	Spin          Fault = "spin"
	NeverRead     Fault = "never-read"
	AnswerLast    Fault = "answer-last"
	WholeBuffer   Fault = "whole-buffer"
	NoReuse       Fault = "no-reuse"
	StarHeader    Fault = "star-header"
	EmptyFile     Fault = "empty-file"
	AppendFiles   Fault = "append-files"
	TrustName     Fault = "trust-name"
	WaitForEver   Fault = "wait-for-ever"
	ForgetAnswers Fault = "forget-answers"
	NoBroadcast   Fault = "no-broadcast"
)

// An Exhibit says of a fault where it can be shown and which lesson speaks of it.
type Exhibit struct {
	Fault   Fault
	Protos  []wire.Proto
	Needs   string // the flag without which it shows nothing; empty: none
	Lesson  string
	Example string // the flags of `netlab peer` that show it
}

var (
	onTCP  = []wire.Proto{wire.TCP}
	onUDP  = []wire.Proto{wire.UDP}
	onBoth = []wire.Proto{wire.TCP, wire.UDP}
)

var exhibits = []Exhibit{
	{NeverClose, onTCP, "", "half-close", "tcp --listen 8888 --fault never-close"},
	{Spin, onTCP, "", "half-close", "tcp --connect 127.0.0.1:8888 --fault spin"},
	{NeverRead, onTCP, "", "flow-control", "tcp --listen 8888 --fault never-read"},
	{AnswerLast, onBoth, "--echo", "many-clients", "tcp --listen 8888 --echo --fault answer-last"},
	{WholeBuffer, onBoth, "", "stream", "tcp --connect 127.0.0.1:8888 --send abc --fault whole-buffer"},
	{NoReuse, onTCP, "--listen", "time-wait", "tcp --listen 8888 --once --send bye --then close --fault no-reuse"},
	{StarHeader, onTCP, "--send-file", "stream", "tcp --connect 127.0.0.1:8888 --send-file notes.txt --fault star-header"},
	{EmptyFile, onTCP, "--receive-file", "stream", "tcp --listen 8888 --receive-file . --fault empty-file"},
	{AppendFiles, onTCP, "--receive-file", "stream", "tcp --listen 8888 --receive-file . --fault append-files"},
	{TrustName, onTCP, "--receive-file", "stream", "tcp --listen 8888 --receive-file . --fault trust-name"},
	{WaitForEver, onUDP, "", "udp", "udp --connect 127.0.0.1:8888 --fault wait-for-ever"},
	{ForgetAnswers, onUDP, "--echo", "udp", "udp --listen 8888 --echo --fault forget-answers"},
	{NoBroadcast, onUDP, "--broadcast", "multicast", "udp --broadcast --send hello --fault no-broadcast"},
}

// Exhibits lists the faults in the order in which a course meets them.
func Exhibits() []Exhibit { return slices.Clone(exhibits) }

// exhibit finds a fault.
func exhibit(f Fault) (Exhibit, bool) {
	i := slices.IndexFunc(exhibits, func(e Exhibit) bool { return e.Fault == f })
	if i < 0 {
		return Exhibit{}, false
	}
	return exhibits[i], true
}
