import socket
import struct

GROUP = "239.2.2.222"

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # others on this host may hear the group too
s.bind(("", 8888))
membership = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("0.0.0.0"))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
member = True
while True:
    data, sender = s.recvfrom(65535)
    if data == b"leave":
        if member:
            s.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, membership)
            member = False
        s.sendto(b"left", sender)
    else:
        s.sendto(b"heard " + data, sender)
