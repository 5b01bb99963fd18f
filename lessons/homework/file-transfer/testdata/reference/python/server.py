import re
import socket
import threading

files = {}
PUT = re.compile(rb"PUT ([^ ]+) ([0-9]{1,7})")
GET = re.compile(rb"GET ([^ ]+)")
NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def serve(conn):
    with conn, conn.makefile("rb") as incoming:
        while True:
            line = incoming.readline(200)
            if not line.endswith(b"\n"):
                return  # the end, or no line at all
            line = line[:-1]
            put, get = PUT.fullmatch(line), GET.fullmatch(line)
            if put:
                name, length = put[1], int(put[2])
                data = incoming.read(length)
                if len(data) < length:
                    return  # the client has gone: nothing is kept
                if NAME.fullmatch(name):
                    files[name] = data
                    conn.sendall(b"OK %d\n" % length)
                else:
                    conn.sendall(b"ERR\n")
            elif get and get[1] in files:
                data = files[get[1]]
                conn.sendall(b"OK %d\n" % len(data) + data)
            else:
                conn.sendall(b"ERR\n")


def guarded(conn):
    try:
        serve(conn)
    except OSError as e:
        print(e)  # a client that resets ends its own connection only


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", 8888))
listener.listen()
while True:
    conn, _ = listener.accept()
    threading.Thread(target=guarded, args=(conn,), daemon=True).start()
