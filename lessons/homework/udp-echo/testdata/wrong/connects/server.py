import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
data, client = s.recvfrom(65535)
s.connect(client)
s.send(data)
while True:
    s.send(s.recv(65535))
