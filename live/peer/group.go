package peer

import (
	"net"
	"net/netip"
	"strconv"

	"golang.org/x/net/ipv4"

	"netlab/sim/wire"
)

// checkGroups looks at what is asked of groups.
func (o *Options) checkGroups() error {
	if o.Multicast != "" {
		host, _, err := ParseRemote(o.Multicast)
		if err != nil {
			return wrong("GROUP:PORT, such as 239.2.2.222:8888", "--multicast %q: %v", o.Multicast, err)
		}
		if !isGroup(host) {
			return wrong("a group's address is from 224.0.0.0 to 239.255.255.255", "--multicast %q is no group", host)
		}
	}
	for _, g := range o.Join {
		if !isGroup(g) {
			return wrong("a group's address is from 224.0.0.0 to 239.255.255.255", "--join %q is no group", g)
		}
	}
	if o.Broadcast != "" {
		if n, err := ParsePort(o.Broadcast); err != nil || n == 0 {
			return wrong("a port from 1 to 65535", "--broadcast %q is no port", o.Broadcast)
		}
	}
	if o.Interface != "" {
		if _, err := net.InterfaceByName(o.Interface); err != nil {
			return wrong("one of "+interfaceNames(), "this host has no interface %q", o.Interface)
		}
	}
	if o.Proto == wire.UDP && (o.Then != "" || o.Lines) {
		return wrong("a datagram is a message, and there is no connection to end", "--then and --lines are for TCP")
	}
	return nil
}

func isGroup(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4() && a.IsMulticast()
}

func interfaceNames() string {
	all, err := net.Interfaces()
	if err != nil {
		return "the interfaces of this host"
	}
	names := ""
	for _, i := range all {
		names += i.Name + " "
	}
	return names
}

// device is the interface for groups; nil lets the system choose.
func (o *Options) device() *net.Interface {
	if o.Interface == "" {
		return nil
	}
	ifi, _ := net.InterfaceByName(o.Interface)
	return ifi
}

// setGroups joins groups, and sets by which way and how far datagrams to groups go.
func (s *sock) setGroups(conn *net.UDPConn) error {
	pc := ipv4.NewPacketConn(conn)
	for _, g := range s.opt.Join {
		err := pc.JoinGroup(s.opt.device(), &net.UDPAddr{IP: net.ParseIP(g)})
		if err := s.did("setsockopt", s.name+" IP_ADD_MEMBERSHIP "+g, "0", err); err != nil {
			return err
		}
	}
	if s.opt.Multicast == "" {
		return nil
	}
	if ifi := s.opt.device(); ifi != nil {
		if err := s.did("setsockopt", s.name+" IP_MULTICAST_IF "+ifi.Name, "0", pc.SetMulticastInterface(ifi)); err != nil {
			return err
		}
	}
	return s.did("setsockopt", s.name+" IP_MULTICAST_TTL "+strconv.Itoa(s.opt.TTL), "0", cmpErr(pc.SetMulticastTTL(s.opt.TTL), pc.SetMulticastLoopback(true)))
}
