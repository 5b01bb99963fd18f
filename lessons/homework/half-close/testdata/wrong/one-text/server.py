import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()

text = b""


def serve(conn):
    global text
    while True:
        try:
            data = conn.recv(4096)
        except ConnectionResetError:
            text = b""
            return
        if not data:
            break
        text += data
    lines = text.split(b"\n")[:-1]
    text = b""
    try:
        conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
    except OSError:
        pass
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
