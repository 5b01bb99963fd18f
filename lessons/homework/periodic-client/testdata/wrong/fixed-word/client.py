"""Sends a line, waits for the answer, rests, and sends the next."""
import socket
import sys
import time


def main():
    word, count = sys.stdin.readline().split()
    word, count = "word", 3
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
        got = b""
        for i in range(1, int(count) + 1):
            if i > 1:
                time.sleep(0.2)
            s.sendall(f"{word} {i}\n".encode())
            while b"\n" not in got:
                more = s.recv(4096)
                if not more:
                    return  # the server has closed: no answer will come
                got += more
            answer, got = got.split(b"\n", 1)
            print(answer.decode(errors="replace"))


main()
