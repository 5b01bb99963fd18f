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

    conn.shutdown(socket.SHUT_RDWR)
    lines = text.split(b"\n")[:-1]
    try:
        conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
    except OSError as e:
        print(e)
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
