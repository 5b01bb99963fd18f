// Package capture records packets, reads what is in them and writes them down.
//
// [Recorder] takes every packet of an interface exactly once, from before the
// first SYN, on Linux without libpcap; [Decode] turns a frame into a segment
// with gopacket; [WritePcapng] writes the file that tshark opens; [Frames] makes
// real frames, checksums and all, of a model's trace. [Decoder] reads the headers of many
// frames of any link type quickly.
//
// It infers nothing about connections and knows nothing of the model. Files are read by
// capture/read, conversations understood by capture/follow, told by capture/explain and
// picked by capture/filter.
package capture
