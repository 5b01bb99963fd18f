import socket
import sys
import threading

s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen()

conn, addr = s.accept()
print("connected:", addr)


def receive():
    while True:
        data = conn.recv(1024)
        if not data:
            print("client exit")
            break
        print(data.decode())
    conn.close()


threading.Thread(target=receive, daemon=True).start()
while True:
    text = input()
    if text == "quit":
        break
    conn.sendall(text.encode())
conn.close()
