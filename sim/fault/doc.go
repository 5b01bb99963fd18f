// Package fault says what a network does to packets: a fault is a pure value,
// and a packet's fate is a function of what the packet is, never of a stream of
// random numbers. Stepping back and forth changes nothing, and adding a fault
// changes the fate of no other packet.
//
//	fault       script                                     value
//	loss        drop A->B SYN 1                            Fault{Verb: Drop}
//	delay       delay A->B ACK 1 by 50ms                   Fault{Verb: Delay}
//	duplicate   duplicate B->A FIN 1 after 20ms            Fault{Verb: Duplicate}
//	old packet  old A->B SYN seq=90 at 5ms                 Fault{Verb: Old}
package fault
