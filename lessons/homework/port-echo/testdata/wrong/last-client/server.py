import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve():
    me = conn
    while True:
        data = me.recv(1024)
        if not data:
            break
        conn.sendall(data + str(addr[1]).encode())
    me.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve).start()
