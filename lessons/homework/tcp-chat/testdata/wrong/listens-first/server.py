import socket
import sys
import threading

s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen()

while True:
    conn, addr = s.accept()
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(data.decode())
        line = input()
        if line == "quit":
            break
        conn.sendall((line + "\n").encode())
    conn.close()
