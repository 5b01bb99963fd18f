import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
while True:
    data, sender = s.recvfrom(65535)
    answer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    answer.sendto(data, sender)
    answer.close()
