import socket
import sys

s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen()

while True:
    conn, addr = s.accept()
    while True:
        line = input()
        if line == "quit":
            break
        conn.sendall((line + "\n").encode())
        # the client's turn
        data = conn.recv(1024)
        if not data:
            break
        print(data.decode())
    conn.close()
