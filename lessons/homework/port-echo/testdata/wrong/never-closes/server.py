import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
clients = []


def serve(conn, addr):
    while True:
        data = conn.recv(1024)
        if not data:
            print("client exit")
            return
        conn.sendall(data + str(addr[1]).encode())


while True:
    conn, addr = s.accept()
    clients.append(conn)
    threading.Thread(target=serve, args=(conn, addr)).start()
