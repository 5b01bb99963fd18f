import socket
import threading
import time

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(me):
    while True:
        data = me.recv(1024)
        if not data:
            break
        time.sleep(0.1)  # "so that packets do not stick": whoever else comes is there by now
        conn.sendall(data + str(addr[1]).encode())
    me.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn,)).start()
