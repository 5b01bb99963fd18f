import socket
import threading

s = socket.socket()
s.bind(("127.0.0.1", 8888))
s.listen()


def serve(conn, addr):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data + str(addr[1]).encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
