package filter_test

import (
	"fmt"
	"net/netip"

	"netlab/capture/filter"
	"netlab/sim/wire"
)

func ExampleParse() {
	f, err := filter.Parse("tcp and not port 22")
	if err != nil {
		panic(err)
	}
	web := filter.Packet{Proto: wire.TCP, Src: netip.MustParseAddrPort("10.0.0.1:40000"), Dst: netip.MustParseAddrPort("10.0.0.2:80")}
	_, err = filter.Parse("port http")
	fmt.Println(f.Packet(&web), err)
	// Output: true filter: port "http" is no number from 0 to 65535
}
