import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    port = str(addr[1]).encode()
    buf = b""
    while True:
        while b"\n" not in buf:
            data = conn.recv(4096)
            buf += data or b"\n"
            if not data:
                break
        line, _, buf = buf.partition(b"\n")
        end = b"\n"
        if line.endswith(b"\r"):
            line, end = line[:-1], b"\r\n"
        conn.sendall(line + port + end)
        if not data:
            break
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
