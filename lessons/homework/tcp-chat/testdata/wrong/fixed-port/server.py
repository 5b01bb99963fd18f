import socket
import sys
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def keyboard(conn):
    for line in sys.stdin:
        conn.sendall(line.encode())


while True:
    conn, addr = s.accept()
    threading.Thread(target=keyboard, args=(conn,), daemon=True).start()
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(data.decode())
    conn.close()
