"""A chat with one client after another: one thread reads the keyboard, the main one the client."""
import socket
import sys
import threading

changed = threading.Condition()
client = None  # who gets what is typed


def become(conn):
    global client
    with changed:
        client = conn
        changed.notify()


def keyboard():
    for line in sys.stdin.buffer:
        conn = client
        if conn is None:
            print("nobody is there")
            continue
        try:
            if line.strip() == b"quit":
                become(None)
                conn.shutdown(socket.SHUT_RDWR)  # close() would send no FIN while main() is in recv()
            else:
                conn.sendall(line)
        except OSError as e:
            print("not sent:", e)


def main():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", int(sys.argv[1])))
    listener.listen()
    threading.Thread(target=keyboard, daemon=True).start()
    while True:
        conn, (host, port) = listener.accept()
        with conn:
            become(conn)
            try:
                while text := conn.recv(4096):
                    print(f"{host}:{port}:", text.decode(errors="replace"), end="", flush=True)
            except OSError as e:
                print(e)
            become(None)
        print("client exit", flush=True)


main()
