"""HTTP/1.1 as far as the protocol needs it: reading messages, answering, refusing."""
import email.message
import json
import re
from asyncio import LimitOverrunError
from dataclasses import dataclass

from .registry import PROBLEM_TYPES, PROBLEMS

MALFORMED = (ValueError, RecursionError, EOFError, LimitOverrunError)


class Refusal(Exception):
    """A request that is refused with a row of the registry of problems."""

    def __init__(self, code, *lines, **members):
        super().__init__(code)
        self.code, self.lines, self.members = code, lines, members

    def answer(self):
        """The status, the document and the header lines."""
        row = {"type": PROBLEM_TYPES + self.code, **PROBLEMS[self.code], **self.members}
        return row["status"], row, self.lines


@dataclass
class Request:
    """A request whose header section has arrived; `path` is the one below the base."""
    method: str
    path: str
    query: str
    headers: email.message.Message


async def read_head(reader):
    """The start line and the headers of an HTTP message."""
    start, _, lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").partition("\r\n")
    return start, email.message_from_string(lines)


async def read_request(reader, base_path):
    """The next request; a path that is not below the base is empty."""
    start, headers = await read_head(reader)
    parts = re.fullmatch(r"(\S+) (?:https?://[^/? ]*)?([^? ]*)\??([^ ]*) HTTP/1\.[01]", start)
    if not parts or start.endswith("1") and "host" not in headers or headers.defects:
        raise Refusal("malformed-request", detail="this is no HTTP/1.1")
    method, path, query = parts.groups()
    below = path.removeprefix(base_path) if path.startswith(base_path) else ""
    return Request(method, below, query, headers)


async def read_body(reader, writer, headers, most):
    """The body of a request, announced or in chunks, of at most so many bytes."""
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    too_large, body = Refusal("payload-too-large", max_bytes=most), b""
    if "transfer-encoding" not in headers:
        announced = (headers["content-length"] or "0").strip()
        if not re.fullmatch("[0-9]{1,15}", announced):
            raise Refusal("malformed-request", detail="Content-Length is no number of bytes")
        if int(announced) > most:
            raise too_large
        return await reader.readexactly(int(announced))
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        if len(body) + size > most:
            raise too_large
        body += (await reader.readexactly(size + 2))[:size]  # a line break follows
    return body


def read_object(body):
    """The members of a JSON object. Every number is a float, and NaN is no number."""
    members = json.loads(body.decode(), parse_int=float, parse_constant=int)
    if not isinstance(members, dict):
        raise Refusal("malformed-request", detail="the body is no JSON object")
    return members


def answer_bytes(status, content, lines, is_head=False):
    """An answer with a JSON body, the last on its TCP connection."""
    body, kind = json.dumps(content).encode(), "problem+json" if status >= 400 else "json"
    lines = [*lines, f"Content-Type: application/{kind}", f"Content-Length: {len(body)}",
             "Connection: close"]
    return "\r\n".join((f"HTTP/1.1 {status} ", *lines, "", "")).encode() + (
        b"" if is_head else body)
