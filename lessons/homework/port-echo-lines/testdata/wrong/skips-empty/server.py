import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    port = str(addr[1]).encode()
    buf = b""
    while data := conn.recv(65536):
        buf += data
        *lines, buf = buf.split(b"\n")
        for line in lines:
            if not line:
                continue
            end = b"\n"
            if line.endswith(b"\r"):
                line, end = line[:-1], b"\r\n"
            conn.sendall(line + port + end)
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
