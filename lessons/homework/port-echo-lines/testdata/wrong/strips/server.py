import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    port = str(addr[1]).encode()
    for line in conn.makefile("rb"):
        if line.endswith(b"\n"):
            conn.sendall(line.strip() + port + b"\n")
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
