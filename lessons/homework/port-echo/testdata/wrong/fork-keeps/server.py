import os
import signal
import socket

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
children = []
while True:
    conn, addr = s.accept()
    if os.fork() == 0:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data + str(addr[1]).encode())
        conn.close()
        os._exit(0)
    children.append(conn)  # to send to all of them, one day
