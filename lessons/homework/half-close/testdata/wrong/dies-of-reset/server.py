import select
import socket

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
texts = {}

while True:
    ready, _, _ = select.select([s] + list(texts), [], [])
    for r in ready:
        if r is s:
            conn, addr = s.accept()
            texts[conn] = b""
            continue
        data = r.recv(65536)
        if data:
            texts[r] += data
            continue
        lines = texts.pop(r).split(b"\n")[:-1]
        r.sendall(b"".join(l + b"\n" for l in lines[::-1]))
        r.close()
