import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 8888))
while True:
    data, sender = s.recvfrom(65535)
    s.sendto(data, sender)
