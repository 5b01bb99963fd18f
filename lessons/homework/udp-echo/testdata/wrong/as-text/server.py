import socket

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
while True:
    data, sender = s.recvfrom(65535)
    text = data.decode("utf-8", errors="replace").strip()
    print(sender, text)
    s.sendto(text.encode("utf-8"), sender)
