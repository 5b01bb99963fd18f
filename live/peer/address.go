package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// ParsePort reads a port, 0 to 65535.
func ParsePort(s string) (uint16, error) {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || s[0] == '+' {
		return 0, errors.New("a port is a number from 0 to 65535")
	}
	return uint16(n), nil
}

// ParseLocal reads the own end of a socket: "8888", "127.0.0.1:8888", "[::1]:8888",
// ":8888", or an address alone. Without an address it is every IPv4 address of this host.
func ParseLocal(s string) (netip.AddrPort, error) {
	bare := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		bare = s[1 : len(s)-1]
	}
	if a, err := parseAddr(bare); err == nil {
		return netip.AddrPortFrom(a, 0), nil
	}
	host, port, ok := cutPort(s)
	if !ok {
		host, port = "", s
	}
	if port == "" {
		return netip.AddrPort{}, errors.New("the port is missing")
	}
	n, err := ParsePort(port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr := netip.IPv4Unspecified()
	if host != "" {
		if addr, err = parseAddr(host); err != nil {
			return netip.AddrPort{}, errors.New("the own address is an IP address of this host")
		}
	}
	return netip.AddrPortFrom(addr, n), nil
}

// parseAddr reads an address whose zone, if it has one, is an interface's name.
func parseAddr(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err == nil && strings.ContainsFunc(a.Zone(), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	}) {
		err = errors.New("the zone is no interface's name")
	}
	return a, err
}

// ParseRemote reads the peer's end: a name or an address, and a port that is not 0.
func ParseRemote(s string) (host string, port uint16, err error) {
	host, text, ok := cutPort(s)
	if !ok || text == "" {
		return "", 0, errors.New("the port is missing")
	}
	if port, err = ParsePort(text); err != nil {
		return "", 0, err
	}
	if host == "" || strings.ContainsAny(host, " \t/\x00") {
		return "", 0, errors.New("the host is missing or no name")
	}
	if port == 0 {
		return "", 0, errors.New("nobody can be reached at port 0")
	}
	return host, port, nil
}

// cutPort cuts at the last colon; an IPv6 address stands in brackets.
func cutPort(s string) (host, port string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", "", false
	}
	host, port = s[:i], s[i+1:]
	if h, found := strings.CutPrefix(host, "["); found {
		if host, found = strings.CutSuffix(h, "]"); !found {
			return "", "", false
		}
	} else if strings.Contains(host, ":") {
		return "", "", false // an IPv6 address without brackets: where does it end?
	}
	return host, port, true
}

// lookup finds the addresses of a host; IPv4 comes first, as in the tutorials' programs.
func (s *sock) lookup(ctx context.Context, host string, port uint16) ([]netip.AddrPort, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(a, port)}, nil
	}
	s.becomes(HostLookup)
	s.calls("getaddrinfo", host)
	ctx, cancel := context.WithTimeout(ctx, s.patience())
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		if e := ctx.Err(); e != nil {
			err = e
		}
		failed := s.returned("getaddrinfo", host, "", err, func(e *Event) {
			if !strings.HasPrefix(e.Result, "E") {
				e.Result = "EAI_NONAME"
			}
		})
		s.becomes(Unconnected)
		var call *CallError
		if errors.As(failed, &call) && !strings.HasPrefix(string(call.Errno), "E") {
			call.Errno = "EAI_NONAME"
		}
		return nil, failed
	}
	var ends []netip.AddrPort
	for _, a := range found {
		ends = append(ends, netip.AddrPortFrom(a.Unmap(), port))
	}
	slices.SortStableFunc(ends, func(a, b netip.AddrPort) int { return a.Addr().BitLen() - b.Addr().BitLen() })
	_ = s.returned("getaddrinfo", host, ends[0].Addr().String(), nil, because(WhyLookup, host, len(ends)))
	return ends, nil
}

// network is the name that package net has for a protocol over an address.
func network(proto string, a netip.Addr) string {
	if a.Is4() {
		return proto + "4"
	}
	return proto + "6"
}
