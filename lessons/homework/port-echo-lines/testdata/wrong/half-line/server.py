import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    port = str(addr[1]).encode()
    for line in conn.makefile("rb"):
        text = line.rstrip(b"\n")
        if text.endswith(b"\r") and line.endswith(b"\n"):
            conn.sendall(text[:-1] + port + b"\r\n")
        else:
            conn.sendall(text + port + b"\n")
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
