// Package pcapwork grades homework of the kind pcap: a capture that a student has made, and a
// flat file of answers about it. A [Spec], the table [pcap] of an assignment, says what
// exchange must be in the capture ([Spec.Check] finds its mistakes) and asks questions. A
// right answer is a named quantity ([Quantities]) of the very conversation that was handed
// in, so no two students have the same ones.
//
// What a conversation is, how it opened and closed and what was sent again, is the word of
// packages [netlab/capture/follow] and [netlab/capture/explain]; here nothing follows a
// connection again.
//
// # What is refused
//
// Package [netlab/capture/read] believes no length before the octets are there, so a file
// that lies costs nothing. Added here: at most 64 MiB, at most 200,000 packets, nothing that
// is compressed, 1 MiB of data of each end of a conversation, 256 KiB of answers.
//
// # What a mark proves
//
// That somebody has made these packets, with this student's port and word in them, and has
// read them. Not who: so [Grade] returns a fingerprint, and [Same] tells what two captures
// have in common that two honest ones never have. What looks edited is told as a warning
// (a check of no points with the tag [TagWarning]) and costs no marks.
package pcapwork
