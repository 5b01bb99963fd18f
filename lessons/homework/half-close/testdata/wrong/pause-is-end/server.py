import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()

def serve(conn):
    conn.settimeout(0.5)
    text = b""
    while True:
        try:
            data = conn.recv(4096)
        except socket.timeout:
            if not text:
                continue  # nothing has come yet
            break
        if not data:
            break
        text += data
    lines = text.split(b"\n")[:-1]
    conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
