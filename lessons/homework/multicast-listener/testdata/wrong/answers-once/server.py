import socket
import struct

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
membership = struct.pack("4s4s", socket.inet_aton("239.2.2.222"), socket.inet_aton("0.0.0.0"))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
data, sender = s.recvfrom(65535)
s.sendto(b"heard " + data, sender)
s.close()
