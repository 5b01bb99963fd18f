import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        line = data.decode().rstrip("\n")
        conn.sendall((line + str(addr[1]) + "\n").encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
