"""A mail server that takes everything, fast: `python -m benchmarks.mail_sink PORT FILE`.

Each mail it takes is a line of FILE, its Message-ID and the time, written before the answer leaves: what was written
outlives a SIGKILL. It speaks just enough of RFC 5321 for clients that are well-behaved.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: int) -> None:
        self.file = file
        self.buffer = b""
        self.in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            if self.in_data:
                # Only the end can be new: looking through all of a large mail for each piece would take long.
                end = self.buffer.find(_END, max(0, len(self.buffer) - len(data) - len(_END)))
                if end < 0:
                    return
                content, self.buffer = self.buffer[:end], self.buffer[end + len(_END) :]
                self.in_data = False
                self.take(content)
            else:
                line, found, rest = self.buffer.partition(b"\r\n")
                if not found:
                    return
                self.buffer = rest
                self.answer(line[:4].upper())

    def answer(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self.transport.write(
                b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250 ENHANCEDSTATUSCODES\r\n"
            )
        elif verb == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif verb == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 2.0.0 OK\r\n")

    def take(self, content: bytes) -> None:
        start = content.find(b"\r\nMessage-ID: ") + 14
        message_id = content[start : content.find(b"\r\n", start)].strip()
        os.write(self.file, message_id + f" {time.time():.6f}\n".encode())
        self.transport.write(b"250 2.0.0 taken\r\n")


def taken(path: Path) -> list[tuple[str, float]]:
    """What a sink has written so far: Message-IDs and times, in the order it took the mails."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], float(line.split()[1])) for line in lines]


async def main(port: int, path: Path) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(file), "127.0.0.1", port, reuse_address=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
