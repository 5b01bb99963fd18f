import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    try:
        while True:
            data = conn.recv(1024)
            conn.sendall(data + str(addr[1]).encode())
    except OSError:
        conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
