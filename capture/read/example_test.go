package read_test

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"netlab/capture/read"
)

func ExampleReader_Next() {
	file := pcap(binary.LittleEndian, 0xa1b2c3d4, 4, 1, 0)
	r, err := read.New(bytes.NewReader(file[:len(file)-1])) // cut short
	for err == nil {
		_, err = r.Next()
	}
	fmt.Println(err)
	// Output: at octet 43: the file ends inside packet 1: 1 of 4 octets are missing
}
