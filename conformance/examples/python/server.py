"""A service of the Channel Protocol 1.0 for the profiles `core` and `presence`.

Problems, close codes, limits and timings come from schemas/registry.  One asyncio loop runs
everything, so what happens between two `await`s is atomic.
"""
import argparse
import asyncio
import base64
import email.utils
import hashlib
import hmac
import json
import os
import pathlib
import random
import re
import secrets
import signal
import struct
import sys
import time
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in
            (pathlib.Path(__file__).resolve().parents[3] / "schemas" / "registry").glob("*.json")}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
TTL = next(row for row in REGISTRY["timings"]["rows"] if row["name"] == "token_ttl_seconds")
PROFILE_PATHS = {p["path"] for row in REGISTRY["profiles"]["rows"] for p in row["paths"]}
PROTOCOL, TOKEN_OFFER = "channel-protocol.v1", "channel-token."
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LOOPBACK = ("127.0.0.1", "::1", "localhost")
GIVE_UP_SECONDS = 3600


class Refusal(Exception):
    """A refused request, or an ended connection: `code` is the slug of its row."""

    def __init__(self, code, detail="", headers=None, **members):
        super().__init__(code)
        self.code, self.headers, self.members = code, headers or {}, {"detail": detail, **members}


def instant(seconds):
    """An instant as the protocol writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(whole))}.{milliseconds:03}Z"


def log(text):
    """One line for the operator; callers put no secret into it."""
    print(text, file=sys.stderr, flush=True)


async def wait_until(event, moment):
    """Wait for an event, and no longer than to a moment of the loop's clock."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(moment):
            await event.wait()


async def read_head(reader):
    """The start line and the headers of a message; repeated headers are joined by commas."""
    raw = await reader.readuntil(b"\r\n\r\n")
    start, *lines = raw[:-4].decode("latin-1").lstrip("\r\n").split("\r\n")
    headers = {}
    for name, colon, value in (line.partition(":") for line in lines):
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~\w-]+", name, re.A):
            raise Refusal("malformed-request", "a header line cannot be read")
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return start, headers


async def read_body(reader, headers, most):
    """The body of a request, by its announced length or in chunks, at most `most` bytes long."""
    body, chunked = b"", "transfer-encoding" in headers
    if chunked and headers["transfer-encoding"].lower() != "chunked":
        raise Refusal("malformed-request", "this transfer encoding is unknown")
    while True:
        line = await reader.readuntil(b"\r\n") if chunked else b""
        text = line.split(b";")[0].strip() if chunked else headers.get("content-length", "0")
        if not re.fullmatch(b"[0-9A-Fa-f]+" if chunked else "[0-9]+", text):
            raise Refusal("malformed-request", "the length of the body cannot be read")
        size = int(text[:4000], 16 if chunked else 10)
        if len(body) + size > most:
            raise Refusal("payload-too-large", f"send at most {most} bytes", max_bytes=most)
        body += await reader.readexactly(size)
        if not chunked or not size:
            return body
        await reader.readuntil(b"\r\n")


class Connection:
    """One upgraded WebSocket; nothing is written on it after a Close frame."""

    def __init__(self, service, reader, writer):
        self.service, self.reader, self.writer = service, reader, writer
        self.id, self.open, self.client = "c-" + secrets.token_urlsafe(16), True, None

    def write(self, opcode, payload):
        """Queue one frame; false where the connection is over or its peer does not read."""
        if self.writer.transport.get_write_buffer_size() > self.service.limits["queue_bytes"]:
            self.finish(CLOSES["slow-consumer"]["presence"], grace=True)
            self.writer.transport.abort()
        if self.open:
            size, first = len(payload), 0x80 | opcode
            head = (bytes((first, size)) if size < 126 else struct.pack("!BBH", first, 126, size)
                    if size < 65536 else struct.pack("!BBQ", first, 127, size))
            self.writer.write(head + payload)
        return self.open

    def close(self, slug):
        """Close with a row of the close codes, unless that is done."""
        row = CLOSES[slug]
        self.write(CLOSE, row["code"].to_bytes(2, "big") + slug.encode("ascii"))
        self.finish(row["presence"], row["grace"])

    def finish(self, reason, grace):
        """Stop being open, tell presence why, and bound the time for reading what still comes."""
        if self.open:
            self.open = False
            seconds = self.service.timings["close_timeout_seconds"]
            self.service.loop.call_later(seconds, self.writer.transport.abort)
            if self.client and self.client.connection is self:
                self.service.left(self.client, reason, grace)

    async def run(self):
        """Read until the connection ends; after a Close frame of the service, only discard."""
        try:
            opcode = None
            while opcode != CLOSE:
                opcode, payload = await self.read_frame()
                if opcode == PING:
                    self.write(PONG, payload)
                elif opcode == CLOSE:
                    self.write(CLOSE, payload[:2])
                    goodbye = payload[:2] in (b"", CLOSES["closed"]["code"].to_bytes(2, "big"))
                    self.finish("closed" if goodbye else "lost", grace=not goodbye)
                elif opcode != PONG:
                    self.close("protocol-violation")
        except Refusal as refusal:
            self.close(refusal.code)
            while await self.reader.read(65536):
                pass
        finally:
            self.finish("lost", grace=True)

    async def read_frame(self):
        """The opcode and the payload of one client frame."""
        first, second = await self.reader.readexactly(2)
        opcode, length = first & 0x0F, second & 0x7F
        stray = opcode == CONTINUATION and self.open  # a first fragment would have closed
        bad_control = opcode >= CLOSE and (length > 125 or first < 0x80 or opcode + length == 9)
        known = opcode in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
        if second < 0x80 or first & 0x70 or stray or bad_control or not known:
            raise Refusal("protocol-error")
        if length > 125:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
        if length > self.service.limits["client_frame_bytes"]:
            raise Refusal("frame-too-large")
        mask = await self.reader.readexactly(4)
        payload = await self.reader.readexactly(length)
        return opcode, bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


class Client:
    """What the service knows about one client id."""

    def __init__(self, client_id, epoch):
        self.id, self.epoch, self.seq, self.connection = client_id, epoch, 0, None
        self.grace = None  # the timer between a loss and the report of it
        self.version, self.event = 0, None  # the current one, odd is online; the form of it
        self.acknowledged = self.attempted = self.given_up = 0
        self.failures, self.first_attempt, self.retry_at = 0, 0.0, 0.0  # of the attempted version
        self.changed, self.task = asyncio.Event(), None

    def due_at(self, interval):
        """When the current version may be attempted; None where there is nothing to send."""
        same_state = (self.version - self.acknowledged) % 2 == 0
        if self.given_up == self.version or same_state and self.attempted == self.acknowledged:
            return None
        if self.attempted == self.version:
            return self.retry_at
        return self.first_attempt + interval if self.version > 2 else 0.0


class Reporter:
    """Sends webhooks: one in flight for each client, few while the application is unwell."""

    def __init__(self, base, keys, limits, timings):
        self.base, self.keys, self.timings = base.removesuffix("/"), keys, timings
        self.slots = asyncio.Semaphore(limits["webhook_concurrency"])
        self.well, self.not_before = asyncio.Event(), 0.0
        self.well.set()

    async def report(self, client):
        """Send what is current until the application knows it or it is given up."""
        now, interval = asyncio.get_running_loop().time, self.timings["presence_interval_seconds"]
        while (due := client.due_at(interval)) is not None:
            client.changed.clear()
            if due > now():
                await wait_until(client.changed, due)
                continue
            async with self.slots:
                while not self.well.is_set() and now() < self.not_before:
                    await wait_until(self.well, self.not_before)
                due = client.due_at(interval)
                if due is None or due > now():
                    continue
                self.not_before = now() + self.timings["webhook_pause_seconds"]
                if client.attempted != client.version:
                    client.failures, client.first_attempt = 0, now()
                version = client.attempted = client.version
                self.judge(client, version, *await self.attempt(client.event), now())

    def judge(self, client, version, outcome, retry_after, now):
        """What one attempt means for its client, and for the application as a whole."""
        if outcome == "unwell":
            self.well.clear()
            pause = max(retry_after, self.timings["webhook_pause_seconds"])
            self.not_before = max(self.not_before, now + pause)
        elif outcome != "late":
            self.well.set()
        if outcome == "success":
            client.acknowledged = version
            return
        wait = [*self.timings["webhook_retry_seconds"], float("inf")][client.failures]
        client.retry_at = now + max(wait * random.uniform(0.8, 1.2), retry_after)
        client.failures += 1
        if client.retry_at > client.first_attempt + GIVE_UP_SECONDS:
            client.given_up = version
        log(f"webhook e{client.epoch}-v{version} {outcome}, failure {client.failures}"
            + (", given up" if client.given_up == version else ""))

    async def attempt(self, event):
        """POST one event: success, unwell, failed or late, and the seconds of Retry-After."""
        url, body = urlsplit(self.base), urlencode(event).encode("ascii")
        webhook_id, timestamp = f"e{event['epoch']}-v{event['version']}", int(time.time())
        signed = f"{webhook_id}.{timestamp}.".encode("ascii") + body
        digests = (base64.b64encode(hmac.digest(key, signed, "sha256")) for key in self.keys)
        head = (f"POST {url.path}/_ah/channel/{event['event']}/ HTTP/1.1\r\nHost: {url.netloc}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
                f"Content-Length: {len(body)}\r\nwebhook-id: {webhook_id}\r\n"
                f"webhook-timestamp: {timestamp}\r\nwebhook-signature: "
                f"{' '.join('v1,' + digest.decode() for digest in digests)}\r\n\r\n")
        secure, headers, writer = url.scheme == "https", {}, None
        try:
            async with asyncio.timeout(self.timings["webhook_timeout_seconds"]):
                port = url.port or (443 if secure else 80)
                reader, writer = await asyncio.open_connection(url.hostname, port, ssl=secure)
                writer.write(head.encode("latin-1") + body)
                start, headers = await read_head(reader)
            status = int(start.split()[1])
            outcome = "success" if 200 <= status <= 299 else "failed"
            outcome = "unwell" if status in (429, 503) else outcome
        except (OSError, EOFError) as error:
            outcome = "late" if isinstance(error, TimeoutError) else "unwell"
        except (Refusal, ValueError, IndexError, asyncio.LimitOverrunError):
            outcome = "failed"  # something answered, and it was no HTTP
        finally:
            if writer:
                writer.close()
        return outcome, self.retry_after(headers.get("retry-after", ""))

    def retry_after(self, value):
        """The seconds that a Retry-After asks for, up to the most that is honoured."""
        seconds = 0.0
        with suppress(ValueError):
            seconds = (float(value) if value.isdecimal() else
                       email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        return max(0.0, min(seconds, self.timings["webhook_retry_after_max_seconds"]))


class Service:
    """The calls of the application, the opening of connections, and who is online."""

    def __init__(self, base, settings):
        column = "test" if settings.test_timings else "default"
        self.limits, self.timings = ({row["name"]: row[column] for row in REGISTRY[name]["rows"]}
                                     for name in ("limits", "timings"))
        self.base, self.keys = urlsplit(base.removesuffix("/")), settings.application_key
        self.connect_url = self.base._replace(scheme=self.base.scheme.replace("http", "ws"),
                                              path=self.base.path + "/v1/connect").geturl()
        self.origins = {*settings.origin, self.origin_of(self.base)}
        self.clients, self.last_epoch, self.signing_key = {}, 0, secrets.token_bytes(32)
        self.loop, self.test_timings = asyncio.get_running_loop(), settings.test_timings
        self.reporter = settings.application_base and Reporter(
            settings.application_base, settings.webhook_keys, self.limits, self.timings)

    @staticmethod
    def origin_of(url):
        """The origin of a parsed URL as browsers write it."""
        port = {"http": ":80", "https": ":443"}.get(url.scheme, "")
        return f"{url.scheme}://{url.netloc.lower().removesuffix(port)}"

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may turn it into a WebSocket."""
        start, answer = "", (500, {}, {})
        try:
            async with asyncio.timeout(self.timings["request_timeout_seconds"]):
                start, headers = await read_head(reader)
                answer = await self.answer(start, headers, reader, writer)
        except (TimeoutError, asyncio.LimitOverrunError) as error:
            late = isinstance(error, TimeoutError)
            answer = self.problem(Refusal("request-timeout" if late else "headers-too-large"))
        except Refusal as refusal:
            answer = self.problem(refusal)
        except (OSError, EOFError):
            return writer.close()
        except Exception as defect:
            ...

    async def answer(self, start, headers, reader, writer):
        """The status, the content and the headers of an answer, or an upgraded connection."""
        request = re.fullmatch(r"([A-Z]+) (\S+) HTTP/1\.[01]", start)
        if not request or start.endswith("1") and "host" not in headers:
            raise Refusal("malformed-request", "this is no HTTP/1.1")
        path = urlsplit(request[2]).path
