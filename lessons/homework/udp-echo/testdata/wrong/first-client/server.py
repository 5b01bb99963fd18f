import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
client = None
while True:
    data, sender = s.recvfrom(65535)
    if client is None:
        client = sender
        print("client", client)
    s.sendto(data, client)
