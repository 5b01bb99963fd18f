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
        text = b""
        while True:
            data = conn.recv(4096)
            if not data:
                break
            text += data
        lines = text.split(b"\n")[:-1]
        conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
        conn.close()
        os._exit(0)
    children.append(conn)  # who is there
