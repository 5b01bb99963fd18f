import select
import socket

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
ports = {}
buf = b""

while True:
    ready, _, _ = select.select([s] + list(ports), [], [])
    for r in ready:
        if r is s:
            conn, addr = s.accept()
            ports[conn] = str(addr[1]).encode()
            continue
        data = r.recv(65536)
        if not data:
            del ports[r]
            r.close()
            buf = b""
            continue
        buf += data
        while b"\n" in buf:
            line, buf = buf.split(b"\n", 1)
            end = b"\n"
            if line.endswith(b"\r"):
                line, end = line[:-1], b"\r\n"
            r.sendall(line + ports[r] + end)
