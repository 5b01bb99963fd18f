import socket
import threading

s = socket.socket()
s.bind(("localhost", 8888))
s.listen()


def serve(conn, addr):
    for line in conn.makefile("rb"):
        if line.endswith(b"\r\n"):
            conn.sendall(line[:-2] + str(addr[1]).encode() + b"\r\n")
        elif line.endswith(b"\n"):
            conn.sendall(line[:-1] + str(addr[1]).encode() + b"\n")
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
