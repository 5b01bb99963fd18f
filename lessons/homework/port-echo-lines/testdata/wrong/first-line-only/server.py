import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    port = str(addr[1]).encode()
    buf = b""
    while True:
        data = conn.recv(4096)
        if not data:
            break
        buf += data
        if b"\n" in buf:
            line, buf = buf.split(b"\n", 1)
            end = b"\n"
            if line.endswith(b"\r"):
                line, end = line[:-1], b"\r\n"
            conn.sendall(line + port + end)
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
