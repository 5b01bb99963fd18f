import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
while True:
    data, sender = s.recvfrom(1500)  # no packet is larger
    s.sendto(data, sender)
