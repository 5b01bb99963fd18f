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
            break
        text += data

    lines = text.decode(errors="ignore").splitlines()
    conn.sendall("".join(l + "\n" for l in lines[::-1]).encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
