import socket
import threading

s = socket.socket()
s.bind(("127.0.0.1", 8888))
s.listen()

def serve(conn):
    text = b""
    while True:
        data = conn.recv(4096)
        if not data:
            break
        text += data

    lines = text.split(b"\n")[:-1]
    conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
