import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn):
    port = conn.getsockname()[1]
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data + str(port).encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
