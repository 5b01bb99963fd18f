import socket

s = socket.socket()
s.bind(("", 8888))
s.listen()
while True:
    conn, addr = s.accept()
    while True:
        try:
            data = conn.recv(1024)
        except ConnectionResetError:
            break
        if not data:
            break
        conn.sendall(data + str(addr[1]).encode())
    conn.close()
