import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()

def serve(conn):
    text = b""
    while True:
        data = conn.recv(4096)
        if not data:
            print("client exit")
            conn.close()
            return
        text += data
        if len(text) >= 1000000:
            lines = text.split(b"\n")[:-1]
            conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
