import socket

s = socket.socket()
s.bind(("0.0.0.0", 8888))
s.listen()
while True:
    conn, addr = s.accept()
    text = b""
    try:
        while True:
            data = conn.recv(4096)
            if not data:
                break
            text += data
        lines = text.split(b"\n")[:-1]
        conn.sendall(b"".join(l + b"\n" for l in lines[::-1]))
    except OSError as e:
        print(e)
    conn.close()
