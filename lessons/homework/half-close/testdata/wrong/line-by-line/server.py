import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()

def serve(conn):
    f = conn.makefile("rb")
    for line in f:
        conn.sendall(line)
    f.close()
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
