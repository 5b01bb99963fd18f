import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
while True:
    data, sender = s.recvfrom(65535)
    if data == b"leave":
        s.sendto(b"left", sender)
        break
    s.sendto(b"heard " + data, sender)
