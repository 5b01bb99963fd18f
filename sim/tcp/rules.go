package tcp

import (
	"slices"

	"netlab/sim/wire"
)

var rules wire.Rulebook

// Rules lists every rule of the endpoint, in the order of the standard.
func Rules() []*wire.Rule { return slices.Clone(rules) }

// User calls.
var (
	RulePassiveOpen   = rules.Add("passive-open", "RFC 9293 §3.10.1", "A passive OPEN waits in LISTEN for a SYN.")
	RuleActiveOpen    = rules.Add("active-open", "RFC 9293 §3.10.1", "An active OPEN picks an initial sequence number and sends a SYN.")
	RuleSend          = rules.Add("send", "RFC 9293 §3.10.2", "SEND turns queued octets into segments as the window allows.")
	RuleWindowUpdate  = rules.Add("window-update", "RFC 9293 §3.8.6.2.2", "The program has read enough that a larger window is worth announcing.")
	RuleClose         = rules.Add("close", "RFC 9293 §3.10.4", "CLOSE means: I have no more data to send. The FIN follows the last octet.")
	RuleCloseUnopened = rules.Add("close-unopened", "RFC 9293 §3.10.4", "CLOSE before the connection exists deletes it silently.")
	RuleAbort         = rules.Add("abort", "RFC 9293 §3.10.5", "ABORT tells the peer with a RST and forgets the connection.")
	RuleAbortSilent   = rules.Add("abort-silent", "RFC 9293 §3.10.5", "ABORT in this state forgets the connection without a segment.")
	RuleDataAfterEnd  = rules.Add("close-with-data", "RFC 9293 §3.6.1", "The program closed without reading everything: data is lost, so the peer is told with a RST.")
)

// SEGMENT ARRIVES in CLOSED, LISTEN and SYN-SENT.
var (
	RuleResetClosed     = rules.Add("reset-closed", "RFC 9293 §3.10.7.1", "Nobody is there: any segment but a RST is answered with a RST.")
	RuleIgnoreRst       = rules.Add("ignore-rst", "RFC 9293 §3.10.7.1", "A RST is never answered.")
	RuleListenRst       = rules.Add("listen-rst", "RFC 9293 §3.10.7.2, first", "LISTEN has sent nothing that a RST could refer to.")
	RuleListenAck       = rules.Add("listen-ack", "RFC 9293 §3.10.7.2, second", "Nothing was sent from LISTEN, so an ACK acknowledges nothing: RST.")
	RuleListenSyn       = rules.Add("listen-syn", "RFC 9293 §3.10.7.2, third", "A SYN reaches LISTEN: remember its number, answer SYN,ACK.")
	RuleListenOther     = rules.Add("listen-other", "RFC 9293 §3.10.7.2, fourth", "LISTEN waits for a SYN and drops anything else.")
	RuleSynSentBadAck   = rules.Add("syn-sent-bad-ack", "RFC 9293 §3.10.7.3, first", "The ACK acknowledges something never sent here: it belongs to another connection, so RST.")
	RuleSynSentDrop     = rules.Add("syn-sent-drop", "RFC 9293 §3.10.7.3, second", "A RST without an acceptable ACK proves nothing and is dropped.")
	RuleRefused         = rules.Add("refused", "RFC 9293 §3.10.7.3, second", "A RST that acknowledges the SYN: the peer refuses the connection.")
	RuleSynAckArrives   = rules.Add("syn-ack-arrives", "RFC 9293 §3.10.7.3, fourth", "The SYN,ACK acknowledges our SYN: the connection is open at this end.")
	RuleSimultaneous    = rules.Add("simultaneous-open", "RFC 9293 §3.10.7.3, fourth", "A SYN without an ACK while ours is out: both ends open at once.")
	RuleSynSentOther    = rules.Add("syn-sent-other", "RFC 9293 §3.10.7.3, fifth", "Neither SYN nor RST: dropped while waiting for the SYN,ACK.")
	RuleAckSyn          = rules.Add("ack-syn", "RFC 9293 §3.10.7.3, fourth", "The third segment acknowledges the peer's SYN.")
	RuleDirectSimulOpen = rules.Add("simultaneous-open-direct", "RFC 9293 §3.5, Figure 7", "The peer's SYN,ACK repeats its SYN, which we have; what counts is that it acknowledges ours.")
)

// SEGMENT ARRIVES in the other states.
var (
	RuleNotAcceptable   = rules.Add("not-acceptable", "RFC 9293 §3.10.7.4, first", "The segment lies outside the receive window: it is dropped and answered with an ACK.")
	RuleOldRst          = rules.Add("old-rst", "RFC 9293 §3.10.7.4, first", "A RST outside the receive window is dropped.")
	RuleFinAgain        = rules.Add("fin-again", "RFC 9293 §3.10.7.4, eighth", "The peer repeats its FIN because our ACK was lost: acknowledge it again and restart the 2*MSL wait.")
	RuleSynAckAgain     = rules.Add("syn-ack-again", "Linux: tcp_check_req", "The same SYN once more: the SYN,ACK is sent again.")
	RuleChallenge       = rules.Add("challenge", "RFC 5961 §3.2 and §4.2", "An inexact RST, or a SYN inside a connection, might be forged: ask the peer with an ACK.")
	RuleResetListen     = rules.Add("reset-listen", "RFC 9293 §3.10.7.4, second", "A RST ends a passive attempt; the endpoint goes back to LISTEN and the program never hears of it.")
	RuleResetRefused    = rules.Add("reset-refused", "RFC 9293 §3.10.7.4, second", "A RST ends an active attempt: connection refused.")
	RuleReset           = rules.Add("reset", "RFC 9293 §3.10.7.4, second", "A RST with the right number ends the connection at once.")
	RuleResetQuiet      = rules.Add("reset-quiet", "RFC 9293 §3.10.7.4, second", "A RST this late only shortens the end.")
	RuleSynListen       = rules.Add("syn-listen", "RFC 9293 §3.10.7.4, fourth", "A SYN in the window ends a passive attempt; the endpoint goes back to LISTEN.")
	RuleSynError        = rules.Add("syn-error", "RFC 9293 §3.10.7.4, fourth", "A SYN inside an open connection is an error: RST.")
	RuleNoAck           = rules.Add("no-ack", "RFC 9293 §3.10.7.4, fifth", "Every segment after the first carries an ACK; one without is dropped.")
	RuleBadAckSynRcvd   = rules.Add("bad-ack-syn-received", "RFC 9293 §3.10.7.4, fifth", "The ACK does not acknowledge our SYN: RST.")
	RuleHandshakeDone   = rules.Add("handshake-done", "RFC 9293 §3.10.7.4, fifth", "Our SYN is acknowledged: the connection is open at this end too.")
	RuleFutureAck       = rules.Add("future-ack", "RFC 9293 §3.10.7.4, fifth", "The ACK acknowledges something not yet sent: answer with an ACK and drop the segment.")
	RuleOldAck          = rules.Add("old-ack", "RFC 5961 §5.2", "The ACK is far too old: answer with an ACK and drop the segment.")
	RuleFinAcked        = rules.Add("fin-acked", "RFC 9293 §3.10.7.4, fifth", "Our FIN is acknowledged; the peer may still send.")
	RuleClosingAcked    = rules.Add("closing-acked", "RFC 9293 §3.10.7.4, fifth", "Both FINs are acknowledged: wait 2*MSL for stray segments.")
	RuleLastAck         = rules.Add("last-ack", "RFC 9293 §3.10.7.4, fifth", "The last FIN is acknowledged: the connection is over at this end.")
	RuleAckData         = rules.Add("ack-data", "RFC 9293 §3.10.7.4, seventh", "The ACK names the next octet expected.")
	RuleAckHole         = rules.Add("ack-hole", "RFC 5681 §4.2", "Something before this is missing: repeat the ACK for what is missing.")
	RuleTextAfterFin    = rules.Add("text-after-fin", "RFC 9293 §3.10.7.4, seventh", "The peer's FIN ended its data: later text is ignored.")
	RuleHoleFull        = rules.Add("hole-full", "RFC 9293 §3.10.7.4, SHLD-31", "No room for more segments out of order; the peer will send this again.")
	RuleFinArrives      = rules.Add("fin-arrives", "RFC 9293 §3.10.7.4, eighth", "The peer has no more data to send.")
	RuleFinBothAcked    = rules.Add("fin-both-acked", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN acknowledges ours too: wait 2*MSL for stray segments.")
	RuleFinCrossed      = rules.Add("fin-crossed", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN came before an ACK of ours: both ends close at once.")
	RuleAckFin          = rules.Add("ack-fin", "RFC 9293 §3.10.7.4, eighth", "A FIN uses one sequence number and is always acknowledged.")
	RuleDelayedAck      = rules.Add("delayed-ack", "RFC 9293 §3.8.6.3", "No data came to carry the ACK in time, so it goes alone.")
	RuleSecondSegment   = rules.Add("ack-second", "RFC 9293 §3.8.6.3", "At least every second full segment is acknowledged at once.")
	RuleAckAcceptedOnly = rules.Add("ack-outside-window", "RFC 9293 §3.10.7.4, first", "The window is closed, but a valid ACK is still taken.")
)

// What goes beyond the eight checks.
var (
	RulePaws           = rules.Add("paws", "RFC 7323 §5.3", "The timestamp is older than one already seen: an old duplicate, whatever its number.")
	RuleStraddle       = rules.Add("straddle", "Linux: tcp_sequence", "The segment runs beyond the window: the kernel refuses it whole.")
	RuleAckLimit       = rules.Add("ack-limit", "RFC 5961 §7", "Such an ACK has gone a moment ago; one more would only answer an answer.")
	RuleRFC1337        = rules.Add("rfc1337", "RFC 1337 §3", "A RST in TIME-WAIT is ignored: an old one must not end the wait that guards against old segments.")
	RuleQuietRst       = rules.Add("time-wait-rst", "Linux: tcp_timewait_state_process", "An inexact RST in TIME-WAIT is dropped without a word.")
	RuleTimeWaitAck    = rules.Add("time-wait-ack", "RFC 9293 §3.10.7.4, fifth", "In TIME-WAIT only a repeated FIN is expected.")
	RuleReopen         = rules.Add("reopen", "RFC 9293 §3.6.1, MAY-2", "The SYN is newer than everything in the old connection: TIME-WAIT gives way to a new connection.")
	RuleReopenFailed   = rules.Add("reopen-failed", "RFC 9293 §3.6.1, MAY-2", "The SYN was an old duplicate after all: back to TIME-WAIT.")
	RuleTextBeyondFin  = rules.Add("text-beyond-fin", "Linux: tcp_rcv_state_process", "Text runs past the peer's own FIN: the two ends disagree, so RST.")
	RuleSecondFin      = rules.Add("second-fin", "RFC 9293 §3.10.7.4, eighth", "The peer's FIN has come already; another one changes nothing.")
	RuleFastRetransmit = rules.Add("fast-retransmit", "RFC 5681 §3.2", "Three duplicate ACKs: the segment they ask for is lost, and goes again without waiting for the timer.")
	RuleRepair         = rules.Add("repair", "RFC 6582 §3.2, RFC 6675 §5", "The ACK shows the next gap: what is missing there goes again.")
	RuleKeepAlive      = rules.Add("keep-alive", "RFC 9293 §3.8.4", "The peer has been silent for long: an old number without data makes it answer.")
	RuleKeepAliveDead  = rules.Add("keep-alive-dead", "RFC 9293 §3.8.4", "Several keep-alives went unanswered: the peer is gone.")
)

// Time-outs.
var (
	RuleAdvise       = rules.Add("advise", "RFC 9293 §3.8.3", "R1 is reached: IP is asked to look for another way, and the program may be told.")
	RuleUserTimeout  = rules.Add("user-timeout", "RFC 9293 §3.10.8", "The user time-out: nothing was acknowledged for as long as the program would wait.")
	RuleFinWait2Over = rules.Add("fin-wait-2-over", "Linux: tcp_fin_timeout", "Nobody waits for the peer's FIN any more, and it has not come: the connection is forgotten.")
	RuleRetransmit   = rules.Add("retransmit", "RFC 9293 §3.10.8, RFC 6298 §5.4", "No ACK came in time: the oldest unacknowledged segment is sent again and the time-out doubles.")
	RuleGiveUp       = rules.Add("give-up", "RFC 9293 §3.8.3", "Too many time-outs: the connection is given up.")
	RuleGiveUpListen = rules.Add("give-up-listen", "RFC 9293 §3.8.3", "The peer never finished the handshake: the attempt is forgotten.")
	RuleTimeWaitOver = rules.Add("time-wait-over", "RFC 9293 §3.10.8", "2*MSL have passed: no segment of this connection can still be on its way.")
	RuleSillyWindow  = rules.Add("silly-window", "RFC 9293 §3.8.6.2.1", "The window has stayed too small for a full segment: send what fits after all.")
	RuleProbe        = rules.Add("window-probe", "RFC 9293 §3.8.6.1", "The peer's window is closed: probe it, so that a lost window update cannot stop everything.")
)
