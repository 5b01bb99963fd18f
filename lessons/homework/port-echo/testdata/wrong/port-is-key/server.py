import select
import socket

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
clients = {}  # port: socket

while True:
    ready, _, _ = select.select([s] + list(clients.values()), [], [])
    if s in ready:
        conn, addr = s.accept()
        clients[addr[1]] = conn
    for port, conn in list(clients.items()):
        if conn not in ready:
            continue
        try:
            data = conn.recv(1024)
        except ConnectionResetError:
            data = b""
        if data:
            conn.sendall(data + str(port).encode())
        else:
            del clients[port]
            conn.close()
