import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
data, sender = s.recvfrom(65535)
s.sendto(data, sender)
s.close()
