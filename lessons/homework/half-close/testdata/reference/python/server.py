"""Reads to the client's FIN, then sends the lines back, the last one first."""
import socket
import threading


def serve(conn):
    with conn:
        try:
            text = b""
            while piece := conn.recv(65536):
                text += piece
            lines = text.split(b"\n")[:-1]  # behind the last line break there is nothing
            conn.sendall(b"".join(line + b"\n" for line in reversed(lines)))
        except OSError:
            pass  # the client has reset the connection


def main():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", 8888))
        listener.listen()
        while True:
            conn, _ = listener.accept()
            threading.Thread(target=serve, args=(conn,), daemon=True).start()


main()
