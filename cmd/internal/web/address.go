package web

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// An AddrError says that an address cannot be listened on as it is written: it is no address, or
// others on the network could reach it and nobody has asked for that.
type AddrError struct {
	Addr string
	Msg  string
	Hint string
}

func (e *AddrError) Error() string { return fmt.Sprintf("address %q: %s", e.Addr, e.Msg) }

// checkAddr finds what to listen on. Only this machine may reach it unless open is true.
func checkAddr(addr string, open bool) (string, error) {
	const example = "write HOST:PORT, as in 127.0.0.1:8080; port 0 lets the system choose one"
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", &AddrError{addr, "not of the form HOST:PORT", example}
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || port != strconv.FormatUint(n, 10) {
		return "", &AddrError{addr, fmt.Sprintf("%q is not a port", port), example}
	}
	if strings.EqualFold(host, "localhost") {
		return net.JoinHostPort("127.0.0.1", port), nil
	}
	if host != "" && strings.Trim(host, "0123456789.") == "" {
		if _, err := netip.ParseAddr(host); err != nil {
			return "", &AddrError{addr, fmt.Sprintf("%q is not an address", host), example}
		}
	}
	if !open && !isLoopback(host) {
		return "", &AddrError{addr, "others on the network could reach it", "127.0.0.1:" + port + " is for this machine only; let others in only where you know who is on the network"}
	}
	return net.JoinHostPort(host, port), nil
}

// isLoopback reports whether a host, as it is written, can be nothing but this machine. A name
// is not looked up: what it stands for may change.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// reachable is the host that others can write into a browser for the address that is listened on.
func reachable(a *net.TCPAddr, others bool) string {
	if !a.IP.IsUnspecified() {
		if a.Zone != "" { // no browser takes a zone
			return "localhost"
		}
		return a.IP.String()
	}
	if others {
		all, err := net.InterfaceAddrs()
		for i := 0; err == nil && i < len(all); i++ {
			if n, ok := all[i].(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
				return n.IP.String()
			}
		}
	}
	return "127.0.0.1"
}
