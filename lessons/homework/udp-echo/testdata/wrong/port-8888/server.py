import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
while True:
    data, (host, port) = s.recvfrom(65535)
    s.sendto(data, (host, 8888))
