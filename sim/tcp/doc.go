// Package tcp is one TCP endpoint as a plain value: [TCB.Step] takes an event
// and the time and says what the endpoint does.
//
// There is no socket, clock, goroutine, logger or random source in it. The
// socket API (listen queues, accept, errno) lives in package socket, the network
// between two endpoints in package sim.
//
// The code has the shape of RFC 9293 §3.10:
//
//	§3.10.1 to §3.10.6  user calls          calls.go     open send receive close abort
//	§3.10.7.1           CLOSED              arrives.go   arrivesClosed
//	§3.10.7.2           LISTEN              arrives.go   arrivesListen
//	§3.10.7.3           SYN-SENT            synsent.go   arrivesSynSent
//	§3.10.7.4, first    sequence number     checks.go    checkSequence
//	§3.10.7.4, second   RST bit             checks.go    checkReset
//	§3.10.7.4, third    security            (not modelled: no IPsec compartments)
//	§3.10.7.4, fourth   SYN bit             checks.go    checkSyn
//	§3.10.7.4, fifth    ACK field           ack.go       checkAck
//	§3.10.7.4, sixth    URG bit             (not modelled: urgent data)
//	§3.10.7.4, seventh  segment text        text.go      checkText
//	§3.10.7.4, eighth   FIN bit             text.go      checkFin
//	§3.10.8             time-outs           timeouts.go  expire
//	§3.8.1, RFC 6298    retransmission      rto.go, timeouts.go
//	§3.8.6              windows, probes     output.go, text.go
//	§3.8.4              keep-alive          timeouts.go
//	§3.4.1, RFC 6528    sequence numbers    isn.go
//	RFC 5681, RFC 6582  congestion control  congestion.go
//	RFC 2018, RFC 6675  SACK                sack.go
//	RFC 5961, RFC 1337  blind attacks       checks.go
//	Linux's habits      quirks              profile.go, quirks.go
//
// The state changes in one function only, [machine.enter], which demands a
// [wire.Rule].
package tcp
