import socket
import sys
import threading

s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen()


def keyboard(conn):
    for line in sys.stdin.buffer:
        try:
            if line == b"quit\n":
                conn.shutdown(socket.SHUT_RDWR)
                return
            conn.sendall(line)
        except OSError as e:
            print(e)
            return


while True:
    conn, addr = s.accept()
    threading.Thread(target=keyboard, args=(conn,), daemon=True).start()
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            print(data.decode())
    except OSError as e:
        print(e)
    conn.close()
