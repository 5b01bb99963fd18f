"""Sends all lines, and then reads all answers."""
import socket
import sys
import time

word, count = sys.stdin.readline().split()
s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
for i in range(1, int(count) + 1):
    s.sendall(f"{word} {i}\n".encode())
answers = s.makefile("rb")
for i in range(int(count)):
    answers.readline()
    time.sleep(0.2)
answers.close()
s.close()
