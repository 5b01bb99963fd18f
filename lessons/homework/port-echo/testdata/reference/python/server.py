"""Answers each message with the client's port appended: a thread for each client."""
import socket
import threading


def serve(conn, port):
    with conn:
        try:
            while message := conn.recv(4096):
                conn.sendall(message + str(port).encode())
        except OSError:
            pass  # the client has reset the connection


def main():
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", 8888))
        listener.listen()
        while True:
            conn, (_, port) = listener.accept()
            threading.Thread(target=serve, args=(conn, port), daemon=True).start()


main()
