import select
import socket
import sys

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
ports = {}

while True:
    ready, _, _ = select.select([s] + list(ports), [], [])
    for r in ready:
        if r is s:
            conn, addr = s.accept()
            ports[conn] = str(addr[1])
            continue
        data = r.recv(1024)
        if not data:
            print("client exit")
            sys.exit(0)
        r.sendall(data + ports[r].encode())
