import select
import socket
import sys

s = socket.socket()
s.bind(("0.0.0.0", int(sys.argv[1])))
s.listen()
while True:
    conn, addr = s.accept()
    try:
        while True:
            ready, _, _ = select.select([sys.stdin, conn], [], [])
            if conn in ready:
                data = conn.recv(1024)
                if not data:
                    break
                print(data.decode())
            if sys.stdin in ready:
                line = sys.stdin.readline()
                if line == "quit\n":
                    break
                conn.sendall(line.encode())
    except OSError as e:
        print(e)
    conn.close()
