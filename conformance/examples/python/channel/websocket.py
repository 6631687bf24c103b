"""WebSocket (RFC 6455), the side of the server: the upgrade, frames, texts and endings."""
import hashlib
import re
from base64 import b64decode, b64encode

from .http import Refusal
from .registry import CLOSES

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
NO_CODE, NO_FRAME = 1005, 1006
CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}


class Broken(Exception):
    """What a peer sent ends its connection, with the row of this slug."""


def accept(request, protocol=None):
    """The header lines of the 101 that answers an upgrade."""
    headers, key = request.headers, request.headers.get("sec-websocket-key", "").strip()
    wanted = request.method, headers.get("upgrade", "").lower(), headers["sec-websocket-version"]
    if (wanted != ("GET", "websocket", "13") or not is_key(key)
            or "upgrade" not in headers.get("connection", "").lower()):
        raise upgrade_required()
    digest = hashlib.sha1(f"{key}{GUID}".encode()).digest()
    lines = ["Connection: Upgrade", "Upgrade: websocket",
             f"Sec-WebSocket-Accept: {b64encode(digest).decode()}"]
    return [*lines, f"Sec-WebSocket-Protocol: {protocol}"] if protocol else lines


def upgrade_required():
    """The refusal of what should have been an upgrade."""
    return Refusal("upgrade-required", "Upgrade: websocket", "Sec-WebSocket-Version: 13")


def is_key(text):
    """Whether it is the base64 of 16 bytes."""
    return bool(re.fullmatch("[A-Za-z0-9+/]{22}==", text)) and len(b64decode(text)) == 16


def frame(opcode, payload):
    """A whole message as one frame, unmasked as a server sends it."""
    size = len(payload)
    length = (bytes([size]) if size < 126 else
              b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8))
    return bytes([0x80 | opcode]) + length + payload


def unmask(payload, mask):
    """The payload of a client's frame, or masked again."""
    key = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(len(payload))


def decode(payload):
    """Text from UTF-8, which everything in a text and beside a close code has to be."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Broken("invalid-utf8") from None


class WebSocket:
    """One upgraded connection; nothing is written on it after a Close frame."""

    def __init__(self, service, reader, writer):
        self.service, self.reader, self.writer = service, reader, writer
        self.open, self.abort = True, None
        self.farewell = NO_FRAME, ""  # code and reason of the first Close frame of either side

    def send(self, frame_bytes):
        """Queue a frame, and end the connection of a peer that does not read."""
        if self.open:
            self.writer.write(frame_bytes)
            waiting = self.writer.transport.get_write_buffer_size()
            if waiting > self.service.values["queue_bytes"]:
                self.end("slow-consumer")

    def end(self, slug):
        """Write Close with the row of that slug."""
        self.close(CLOSES[slug]["code"], slug)

    def close(self, code, reason="", echo=None):
        """Write Close, once, and end the TCP connection if the peer does not."""
        if self.open:
            self.open, self.farewell = False, (code, reason)
            body = code.to_bytes(2) + reason.encode() if echo is None else echo
            self.writer.write(frame(CLOSE, body))
            self.abort = self.service.clock.call_later(
                self.service.values["close_timeout_seconds"], self.writer.transport.abort)

    async def text(self, most):
        """The next text of the peer, None after its Close frame; pings are answered meanwhile."""
        whole = None
        while True:
            opcode, is_final, payload = await self.read(most, whole)
            if opcode == CLOSE:
                return self.answer_close(payload)
            if opcode == PING:
                self.send(frame(PONG, payload))
            if opcode in (TEXT, CONTINUATION):
                whole = (whole or b"") + payload
                if is_final:
                    return decode(whole)

    async def read(self, most, before):
        """One frame: its opcode, whether it is the last of its message, and its payload."""
        first, second = await self.reader.readexactly(2)
        opcode, is_final, length = first & 0x0F, bool(first & 0x80), second & 0x7F
        if opcode in (TEXT, BINARY) and not most:
            raise Broken("protocol-violation")
        if first & 0x70 or not second & 0x80:
            raise Broken("protocol-error")
        if opcode in (CONTINUATION, TEXT, BINARY):
            if (opcode == CONTINUATION) == (before is None):
                raise Broken("protocol-error")
            if opcode == BINARY:
                raise Broken("unsupported-data")
            if length > 125:
                length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8))
            if len(before or b"") + length > most:
                raise Broken("frame-too-large")
        elif opcode not in (CLOSE, PING, PONG) or not is_final or length > 125:
            raise Broken("protocol-error")
        mask = await self.reader.readexactly(4)
        return opcode, is_final, unmask(await self.reader.readexactly(length), mask)

    def answer_close(self, payload):
        """Answer the peer's Close with the same code, empty where it had none."""
        code = int.from_bytes(payload[:2]) if len(payload) > 1 else NO_CODE
        if len(payload) == 1 or payload and code not in CODES:
            raise Broken("protocol-error")
        self.close(code, decode(payload[2:]), echo=payload[:2])
