import socket
import struct

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 8888))
membership = struct.pack("4s4s", socket.inet_aton("239.2.2.222"), socket.inet_aton("0.0.0.0"))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
import queue
import threading
import time

heard = queue.Queue()
sender = None


def answer():
    while True:
        text = heard.get()
        time.sleep(0.3)  # "work"
        s.sendto(text, sender)


threading.Thread(target=answer, daemon=True).start()
while True:
    data, sender = s.recvfrom(65535)
    if data == b"leave":
        s.setsockopt(socket.IPPROTO_IP, socket.IP_DROP_MEMBERSHIP, membership)
        heard.put(b"left")
    else:
        heard.put(b"heard " + data)
