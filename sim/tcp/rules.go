package tcp

import "netlab/sim/wire"

var rules []*wire.Rule

// rule registers a rule, so that Rules can list it.
func rule(id, ref, text string) *wire.Rule {
	r := &wire.Rule{ID: id, Ref: ref, Text: text}
	rules = append(rules, r)
	return r
}

// Rules lists every rule of the endpoint, in the order of the standard.
func Rules() []*wire.Rule { return append([]*wire.Rule(nil), rules...) }

// User calls.
var (
	RulePassiveOpen   = rule("passive-open", "RFC 9293 §3.10.1", "A passive OPEN waits in LISTEN for a SYN.")
	RuleActiveOpen    = rule("active-open", "RFC 9293 §3.10.1", "An active OPEN picks an initial sequence number and sends a SYN.")
	RuleSend          = rule("send", "RFC 9293 §3.10.2", "SEND turns queued octets into segments as the window allows.")
	RuleWindowUpdate  = rule("window-update", "RFC 9293 §3.8.6.2.2", "The program has read enough that a larger window is worth announcing.")
	RuleClose         = rule("close", "RFC 9293 §3.10.4", "CLOSE means: I have no more data to send. The FIN follows the last octet.")
	RuleCloseUnopened = rule("close-unopened", "RFC 9293 §3.10.4", "CLOSE before the connection exists deletes it silently.")
	RuleAbort         = rule("abort", "RFC 9293 §3.10.5", "ABORT tells the peer with a RST and forgets the connection.")
	RuleAbortSilent   = rule("abort-silent", "RFC 9293 §3.10.5", "ABORT in this state forgets the connection without a segment.")
	RuleDataAfterEnd  = rule("close-with-data", "RFC 9293 §3.6.1", "The program closed without reading everything: data is lost, so the peer is told with a RST.")
)

// SEGMENT ARRIVES in CLOSED, LISTEN and SYN-SENT.
var (
	RuleResetClosed     = rule("reset-closed", "RFC 9293 §3.10.7.1", "Nobody is there: any segment but a RST is answered with a RST.")
	RuleIgnoreRst       = rule("ignore-rst", "RFC 9293 §3.10.7.1", "A RST is never answered.")
	RuleListenRst       = rule("listen-rst", "RFC 9293 §3.10.7.2, first", "LISTEN has sent nothing that a RST could refer to.")
	RuleListenAck       = rule("listen-ack", "RFC 9293 §3.10.7.2, second", "Nothing was sent from LISTEN, so an ACK acknowledges nothing: RST.")
	RuleListenSyn       = rule("listen-syn", "RFC 9293 §3.10.7.2, third", "A SYN reaches LISTEN: remember its number, answer SYN,ACK.")
	RuleListenOther     = rule("listen-other", "RFC 9293 §3.10.7.2, fourth", "LISTEN waits for a SYN and drops anything else.")
	RuleSynSentBadAck   = rule("syn-sent-bad-ack", "RFC 9293 §3.10.7.3, first", "The ACK acknowledges something never sent here: it belongs to another connection, so RST.")
	RuleSynSentDrop     = rule("syn-sent-drop", "RFC 9293 §3.10.7.3, second", "A RST without an acceptable ACK proves nothing and is dropped.")
	RuleRefused         = rule("refused", "RFC 9293 §3.10.7.3, second", "A RST that acknowledges the SYN: the peer refuses the connection.")
	RuleSynAckArrives   = rule("syn-ack-arrives", "RFC 9293 §3.10.7.3, fourth", "The SYN,ACK acknowledges our SYN: the connection is open at this end.")
	RuleSimultaneous    = rule("simultaneous-open", "RFC 9293 §3.10.7.3, fourth", "A SYN without an ACK while ours is out: both ends open at once.")
	RuleSynSentOther    = rule("syn-sent-other", "RFC 9293 §3.10.7.3, fifth", "Neither SYN nor RST: dropped while waiting for the SYN,ACK.")
	RuleAckSyn          = rule("ack-syn", "RFC 9293 §3.10.7.3, fourth", "The third segment acknowledges the peer's SYN.")
	RuleDirectSimulOpen = rule("simultaneous-open-direct", "RFC 9293 §3.5, Figure 7", "The peer's SYN,ACK repeats its SYN, which we have; what counts is that it acknowledges ours.")
)

// SEGMENT ARRIVES in the other states.
var (
	RuleNotAcceptable   = rule("not-acceptable", "RFC 9293 §3.10.7.4, first", "The segment lies outside the receive window: it is dropped and answered with an ACK.")
	RuleOldRst          = rule("old-rst", "RFC 9293 §3.10.7.4, first", "A RST outside the receive window is dropped.")
	RuleFinAgain        = rule("fin-again", "RFC 9293 §3.10.7.4, eighth", "The peer repeats its FIN because our ACK was lost: acknowledge it again and restart the 2*MSL wait.")
	RuleSynAckAgain     = rule("syn-ack-again", "Linux: tcp_check_req", "The same SYN once more: the SYN,ACK is sent again.")
	RuleChallenge       = rule("challenge", "RFC 5961 §3.2 and §4.2", "An inexact RST, or a SYN inside a connection, might be forged: ask the peer with an ACK.")
	RuleResetListen     = rule("reset-listen", "RFC 9293 §3.10.7.4, second", "A RST ends a passive attempt; the endpoint goes back to LISTEN and the program never hears of it.")
	RuleResetRefused    = rule("reset-refused", "RFC 9293 §3.10.7.4, second", "A RST ends an active attempt: connection refused.")
	RuleReset           = rule("reset", "RFC 9293 §3.10.7.4, second", "A RST with the right number ends the connection at once.")
	RuleResetQuiet      = rule("reset-quiet", "RFC 9293 §3.10.7.4, second", "A RST this late only shortens the end.")
	RuleSynListen       = rule("syn-listen", "RFC 9293 §3.10.7.4, fourth", "A SYN in the window ends a passive attempt; the endpoint goes back to LISTEN.")
	RuleSynError        = rule("syn-error", "RFC 9293 §3.10.7.4, fourth", "A SYN inside an open connection is an error: RST.")
	RuleNoAck           = rule("no-ack", "RFC 9293 §3.10.7.4, fifth", "Every segment after the first carries an ACK; one without is dropped.")
	RuleBadAckSynRcvd   = rule("bad-ack-syn-received", "RFC 9293 §3.10.7.4, fifth", "The ACK does not acknowledge our SYN: RST.")
	RuleHandshakeDone   = rule("handshake-done", "RFC 9293 §3.10.7.4, fifth", "Our SYN is acknowledged: the connection is open at this end too.")
	RuleFutureAck       = rule("future-ack", "RFC 9293 §3.10.7.4, fifth", "The ACK acknowledges something not yet sent: answer with an ACK and drop the segment.")
	RuleOldAck          = rule("old-ack", "RFC 5961 §5.2", "The ACK is far too old: answer with an ACK and drop the segment.")
	RuleFinAcked        = rule("fin-acked", "RFC 9293 §3.10.7.4, fifth", "Our FIN is acknowledged; the peer may still send.")
	RuleClosingAcked    = rule("closing-acked", "RFC 9293 §3.10.7.4, fifth", "Both FINs are acknowledged: wait 2*MSL for stray segments.")
	RuleLastAck         = rule("last-ack", "RFC 9293 §3.10.7.4, fifth", "The last FIN is acknowledged: the connection is over at this end.")
	RuleAckData         = rule("ack-data", "RFC 9293 §3.10.7.4, seventh", "The ACK names the next octet expected.")
	RuleAckHole         = rule("ack-hole", "RFC 5681 §4.2", "Something before this is missing: repeat the ACK for what is missing.")
	RuleTextAfterFin    = rule("text-after-fin", "RFC 9293 §3.10.7.4, seventh", "The peer's FIN ended its data: later text is ignored.")
	RuleHoleFull        = rule("hole-full", "RFC 9293 §3.10.7.4, SHLD-31", "No room for more segments out of order; the peer will send this again.")
	RuleFinArrives      = rule("fin-arrives", "RFC 9293 §3.10.7.4, eighth", "The peer has no more data to send.")
	RuleFinBothAcked    = rule("fin-both-acked", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN acknowledges ours too: wait 2*MSL for stray segments.")
	RuleFinCrossed      = rule("fin-crossed", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN came before an ACK of ours: both ends close at once.")
	RuleAckFin          = rule("ack-fin", "RFC 9293 §3.10.7.4, eighth", "A FIN uses one sequence number and is always acknowledged.")
	RuleDelayedAck      = rule("delayed-ack", "RFC 9293 §3.8.6.3", "No data came to carry the ACK in time, so it goes alone.")
	RuleSecondSegment   = rule("ack-second", "RFC 9293 §3.8.6.3", "At least every second full segment is acknowledged at once.")
	RuleAckAcceptedOnly = rule("ack-outside-window", "RFC 9293 §3.10.7.4, first", "The window is closed, but a valid ACK is still taken.")
)

// What goes beyond the eight checks.
var (
	RulePaws           = rule("paws", "RFC 7323 §5.3", "The timestamp is older than one already seen: an old duplicate, whatever its number.")
	RuleStraddle       = rule("straddle", "Linux: tcp_sequence", "The segment runs beyond the window: the kernel refuses it whole.")
	RuleAckLimit       = rule("ack-limit", "RFC 5961 §7", "Such an ACK has gone a moment ago; one more would only answer an answer.")
	RuleRFC1337        = rule("rfc1337", "RFC 1337 §3", "A RST in TIME-WAIT is ignored: an old one must not end the wait that guards against old segments.")
	RuleQuietRst       = rule("time-wait-rst", "Linux: tcp_timewait_state_process", "An inexact RST in TIME-WAIT is dropped without a word.")
	RuleTimeWaitAck    = rule("time-wait-ack", "RFC 9293 §3.10.7.4, fifth", "In TIME-WAIT only a repeated FIN is expected.")
	RuleReopen         = rule("reopen", "RFC 9293 §3.6.1, MAY-2", "The SYN is newer than everything in the old connection: TIME-WAIT gives way to a new connection.")
	RuleReopenFailed   = rule("reopen-failed", "RFC 9293 §3.6.1, MAY-2", "The SYN was an old duplicate after all: back to TIME-WAIT.")
	RuleTextBeyondFin  = rule("text-beyond-fin", "Linux: tcp_rcv_state_process", "Text runs past the peer's own FIN: the two ends disagree, so RST.")
	RuleSecondFin      = rule("second-fin", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN has come already; another one changes nothing.")
	RuleFastRetransmit = rule("fast-retransmit", "RFC 5681 §3.2", "Three duplicate ACKs: the segment they ask for is lost, and goes again without waiting for the timer.")
	RuleRepair         = rule("repair", "RFC 6582 §3.2, RFC 6675 §5", "The ACK shows the next gap: what is missing there goes again.")
	RuleKeepAlive      = rule("keep-alive", "RFC 9293 §3.8.4", "The peer has been silent for long: an old number without data makes it answer.")
	RuleKeepAliveDead  = rule("keep-alive-dead", "RFC 9293 §3.8.4", "Several keep-alives went unanswered: the peer is gone.")
)

// Time-outs.
var (
	RuleAdvise       = rule("advise", "RFC 9293 §3.8.3", "R1 is reached: IP is asked to look for another way, and the program may be told.")
	RuleUserTimeout  = rule("user-timeout", "RFC 9293 §3.10.8", "The user time-out: nothing was acknowledged for as long as the program would wait.")
	RuleFinWait2Over = rule("fin-wait-2-over", "Linux: tcp_fin_timeout", "Nobody waits for the peer's FIN any more, and it has not come: the connection is forgotten.")
	RuleRetransmit   = rule("retransmit", "RFC 9293 §3.10.8, RFC 6298 §5.4", "No ACK came in time: the oldest unacknowledged segment is sent again and the time-out doubles.")
	RuleGiveUp       = rule("give-up", "RFC 9293 §3.8.3", "Too many time-outs: the connection is given up.")
	RuleGiveUpListen = rule("give-up-listen", "RFC 9293 §3.8.3", "The peer never finished the handshake: the attempt is forgotten.")
	RuleTimeWaitOver = rule("time-wait-over", "RFC 9293 §3.10.8", "2*MSL have passed: no segment of this connection can still be on its way.")
	RuleSillyWindow  = rule("silly-window", "RFC 9293 §3.8.6.2.1", "The window has stayed too small for a full segment: send what fits after all.")
	RuleProbe        = rule("window-probe", "RFC 9293 §3.8.6.1", "The peer's window is closed: probe it, so that a lost window update cannot stop everything.")
)
