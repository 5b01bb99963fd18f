"""Sends a line, waits for the answer, rests, and sends the next."""
import socket
import sys
import time


def main():
    word, count = sys.stdin.readline().split()
    with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as s:
        got = ""
        for i in range(1, int(count) + 1):
            if i > 1:
                time.sleep(0.2)
            s.sendall(f"{word} {i}\n".encode())
            while "\n" not in got:
                more = s.recv(4096)
                if not more:
                    return  # the server has closed: no answer will come
                got += more.decode()
            answer, got = got.split("\n", 1)
            print(answer)


main()
