import socket
import threading

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()


def serve(conn, addr):
    buf = ""
    while data := conn.recv(4096):
        buf += data.decode()
        while "\n" in buf:
            line, buf = buf.split("\n", 1)
            end = "\n"
            if line.endswith("\r"):
                line, end = line[:-1], "\r\n"
            conn.sendall((line + str(addr[1]) + end).encode())
    conn.close()


while True:
    conn, addr = s.accept()
    threading.Thread(target=serve, args=(conn, addr)).start()
