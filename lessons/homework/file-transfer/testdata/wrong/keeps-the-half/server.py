import socket
import threading

files = {}


def bad(name):
    return "/" in name or name.startswith(".")


def serve(conn):
    left = b""
    while True:
        while b"\n" not in left:
            piece = conn.recv(4096)
            if not piece:
                return
            left += piece
        line, left = left.split(b"\n", 1)
        words = line.decode("latin-1").split(" ")
        if len(words) == 3 and words[0] == "PUT":
            name, length = words[1], int(words[2])
            while len(left) < length:
                piece = conn.recv(4096)
                if not piece:
                    break
                left += piece
            data, left = left[:length], left[length:]
            if bad(name):
                conn.sendall(b"ERR\n")
            else:
                files[name] = data
                conn.sendall(b"OK %d\n" % length)
        elif len(words) == 2 and words[0] == "GET" and words[1] in files:
            data = files[words[1]]
            conn.sendall(b"OK %d\n" % len(data) + data)
        else:
            conn.sendall(b"ERR\n")


def guarded(conn):
    try:
        serve(conn)
    except OSError as e:
        print(e)
    conn.close()


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 8888))
listener.listen()
while True:
    conn, _ = listener.accept()
    threading.Thread(target=guarded, args=(conn,), daemon=True).start()
