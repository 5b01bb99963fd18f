"""Answers each line with the client's port appended: a thread for each client."""
import socket
import threading


def split(line):
    """The text of a line, and the line end that it has."""
    end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
    return line[: -len(end)], end


def serve(conn, port):
    with conn, conn.makefile("rb") as lines:
        try:
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # the stream has ended within a line
                text, end = split(line)
                conn.sendall(text + port + end)
        except OSError:
            pass  # the client has reset the connection


def main():
    with socket.create_server(("0.0.0.0", 8888)) as listener:
        while True:
            conn, (_, port) = listener.accept()
            threading.Thread(target=serve, args=(conn, str(port).encode()), daemon=True).start()


main()
