// Package read reads capture files: pcap and pcapng, as they are or compressed with
// gzip, from a file or a pipe, one record at a time and in constant memory.
//
// It trusts nothing that a file says about itself. Every header and every length is
// checked before a single octet of what it announces is fetched, so a file that lies
// costs no memory; what was read before the lie stays read, and the error says at which
// octet of the file it stands ([Error]). It is the project's own reader, because
// gopacket's stops at files that tcpdump and Wireshark accept, keeps link types in eight
// bits, and can be made to ask for gigabytes or to divide by zero.
//
// What is in a record is not its business: see package capture.
package read
