package ledger

// tests are the Go tests that show a requirement which no script can.
var tests = map[string][]string{
	"MUST-2":  {"capture TestHeadersAreWellFormed"},
	"MUST-4":  {"capture TestOptionsAreRead"},
	"MUST-5":  {"capture TestOptionsAreRead"},
	"MUST-6":  {"capture TestOptionsAreRead"},
	"MUST-7":  {"capture TestIllegalOptionLengthsAreSurvived"},
	"MUST-8":  {"sim/tcp TestISN"},
	"MUST-9":  {"sim/tcp TestISN"},
	"MUST-18": {"sim/tcp TestKarnsRule"},
	"MUST-20": {"sim/tcp TestR1AndR2"},
	"MUST-22": {"sim/tcp TestR1AndR2"},
	"MUST-23": {"sim/tcp TestR1AndR2", "sim/tcp TestSynBackOffAndGivingUp"},
	"SHLD-9":  {"sim/tcp TestR1AndR2"},
	"SHLD-10": {"sim/tcp TestR1AndR2"},
	"SHLD-11": {"sim/tcp TestR1AndR2"},
	"MUST-64": {"capture TestOptionsAreRead"},
	"MUST-65": {"capture TestHeadersAreWellFormed"},
	"MUST-68": {"capture TestHeadersAreWellFormed", "capture TestOptionsAreRead"},
	"MUST-69": {"capture TestHeadersAreWellFormed"},
	"SHLD-1":  {"sim/tcp TestISN"},
}

// Reasons that several requirements share.
const (
	reasonUrgent  = "urgent data beyond the flag is out of scope: RFC 6093 advises against it, and no course teaches it"
	reasonAddr    = "a host of the model has one address, which bind() and connect() always use"
	reasonDs      = "Diffserv marks say nothing about TCP, and the model's links have one class of service"
	reasonTtl     = "all hosts that can talk share a link, so that a segment's TTL decides nothing (a multicast datagram's does, and can be set)"
	reasonIpopt   = "the model's packets carry no IP options"
	reasonIcmp    = "the model's only ICMP message is port unreachable, which UDP provokes; TCP answers with RST"
	reasonEcn     = "ECN marking needs routers with queues, which the model's links are not"
	reasonIpid    = "the model does not number whole datagrams; only fragments have an identification"
	reasonGarbage = "a choice not taken: keep-alives go without data, as SHLD-12 asks"
	reasonPush    = "the socket API has no PUSH: PSH is set on the last octets queued (MUST-61), and recv() does not show it"
	reasonCc      = "a choice not taken: NewReno is the algorithm that RFC 9293 itself points to"
)

// reasons say why a requirement is not modelled.
var reasons = map[string]string{
	"MUST-30": reasonUrgent,
	"MUST-31": reasonUrgent,
	"MUST-32": reasonUrgent,
	"MUST-33": reasonUrgent,
	"MUST-62": reasonUrgent,
	"SHLD-13": reasonUrgent,
	"MUST-43": reasonAddr,
	"MUST-44": reasonAddr,
	"MUST-45": reasonAddr,
	"MUST-63": reasonAddr,
	"MUST-48": reasonDs,
	"SHLD-21": reasonDs,
	"SHLD-22": reasonDs,
	"SHLD-23": reasonDs,
	"MAY-9":   reasonDs,
	"MUST-49": reasonTtl,
	"MUST-50": reasonIpopt,
	"MUST-51": reasonIpopt,
	"MUST-52": reasonIpopt,
	"MUST-53": reasonIpopt,
	"SHLD-24": reasonIpopt,
	"MAY-10":  reasonIpopt,
	"MAY-11":  reasonIpopt,
	"MUST-54": reasonIcmp,
	"MUST-55": reasonIcmp,
	"MUST-56": reasonIcmp,
	"SHLD-20": reasonIcmp,
	"SHLD-25": reasonIcmp,
	"SHLD-26": reasonIcmp,
	"SHLD-8":  reasonEcn,
	"MAY-4":   reasonIpid,
	"MAY-6":   reasonGarbage,
	"MAY-14":  reasonPush,
	"MAY-15":  reasonPush,
	"MAY-16":  reasonPush,
	"MAY-17":  reasonPush,
	"SHLD-27": reasonPush,
	"MAY-18":  reasonCc,
}
