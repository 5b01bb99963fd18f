package netns

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
)

// The bucket that slows loopback: it holds one segment without text, and fills so
// slowly that such a segment waits some milliseconds for its turn.
const (
	slowRate  = 10_000 // octets a second
	slowBurst = 100    // octets
	drain     = 50     // octets of text in the datagram that empties the bucket
)

// Slow makes the loopback interface of this namespace so slow that what two hosts
// send within a few milliseconds crosses on its way: a token bucket (tc-tbf(8)), emptied by a
// datagram from 127.0.0.1 to itself. Call it just before they send. An error says that this
// kernel has no such queue.
func Slow() error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("netns: find lo: %w", err)
	}
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return fmt.Errorf("netns: %w", err)
	}
	defer c.Close()
	tbf := &netlink.Tbf{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: lo.Attrs().Index, Handle: netlink.MakeHandle(1, 0), Parent: netlink.HANDLE_ROOT},
		Rate:       slowRate, Limit: 1 << 16, Buffer: netlink.Xmittime(slowRate, slowBurst),
	}
	if err := netlink.QdiscAdd(tbf); err != nil {
		return fmt.Errorf("netns: slow lo down: %w", err)
	}
	if _, err := c.WriteTo(make([]byte, drain), c.LocalAddr()); err != nil {
		return fmt.Errorf("netns: %w", err)
	}
	return nil
}
