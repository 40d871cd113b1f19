"""A local server that answers a request with whatever bytes a test wants, or with none."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Handler = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """A TCP server on loopback that reads one request per connection and then does what the test says."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return received
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(handle: Handler, tls: ssl.SSLContext | None = None, *, reads: bool = True) -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(10)
    server = Server(listener.getsockname()[1])
    stop = threading.Event()

    def serve_one(plain: socket.socket) -> None:
        try:
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
            with connection:
                connection.settimeout(10)
                request = read_request(connection) if reads else b""
                server.requests.append(request)
                handle(connection, request)
        except OSError:
            plain.close()  # the client hung up, which is what many of these tests are about

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=serve_one, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    threads: list[threading.Thread] = [threading.Thread(target=accept, daemon=True)]
    threads[0].start()
    try:
        yield server
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in list(threads):
            thread.join(timeout=10)


def saying(answer: bytes) -> Handler:
    def handle(connection: socket.socket, request: bytes) -> None:
        connection.sendall(answer)

    return handle


def http_answer(status: int, body: bytes = b"", headers: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d Any\r\n%bContent-Length: %d\r\n\r\n%b" % (status, headers, len(body), body)
