import queue
import socket
import threading
import time

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
messages = queue.Queue()
client = None


def answer():
    while True:
        data = messages.get()
        time.sleep(0.3)  # "work"
        s.sendto(data, client)


threading.Thread(target=answer, daemon=True).start()
while True:
    data, client = s.recvfrom(65535)
    messages.put(data)
