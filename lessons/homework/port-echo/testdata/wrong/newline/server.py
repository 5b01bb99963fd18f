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
        answer = data.decode() + str(addr[1]) + "\n"
        conn.sendall(answer.encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
