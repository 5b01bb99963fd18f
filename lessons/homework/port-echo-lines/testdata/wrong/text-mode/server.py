import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    for line in conn.makefile("r", encoding="utf-8"):
        if line.endswith("\n"):
            answer = line[:-1] + str(addr[1]) + "\n"
            conn.sendall(answer.encode("utf-8"))
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
