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
import http
import json
import logging
import os
import pathlib
import random
import re
import secrets
import signal
import struct
import time
import traceback
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in
            (pathlib.Path(__file__).resolve().parents[3] / "schemas" / "registry").glob("*.json")}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
TTL = next(row for row in REGISTRY["timings"]["rows"] if row["name"] == "token_ttl_seconds")
PROFILE_PATHS = {p["path"] for row in REGISTRY["profiles"]["rows"] for p in row["paths"]}
DEVELOPMENT = REGISTRY["development"]
PROTOCOL, TOKEN_OFFER = "channel-protocol.v1", "channel-token."
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
GOODBYE = CLOSES["closed"]["code"].to_bytes(2, "big")
GIVE_UP_SECONDS = 3600


class Refusal(Exception):
    """A refused request, or an ended connection: `code` is the slug of its row."""

    def __init__(self, code, detail="", headers=None, **members):
        super().__init__(code)
        self.code, self.headers, self.members = code, headers or {}, {"detail": detail, **members}


def instant(seconds):
    """An instant as the protocol writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"


def origin_of(url):
    """The origin of a URL as browsers write it."""
    parts = urlsplit(url)
    port = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(port)}"


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
    body, chunked = b"", headers.get("transfer-encoding", "").lower() == "chunked"
    while True:
        line = await reader.readuntil(b"\r\n") if chunked else b""
        size = line.decode("latin-1").split(";")[0] if chunked else headers["content-length"]
        if not re.fullmatch(r"[0-9A-Fa-f]+\s*" if chunked else "[0-9]+", size):
            raise Refusal("malformed-request", "the length of the body cannot be read")
        size = int(size[:4000], 16 if chunked else 10)
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
        self.id, self.open = "c-" + secrets.token_urlsafe(16), True
        self.client = self.expires = None

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
            asyncio.get_running_loop().call_later(seconds, self.writer.transport.abort)
            if self.client and self.client.connection is self:
                self.service.left(self.client, reason, grace)

    async def run(self):
        """Read until the connection ends; after a Close frame of the service, only discard."""
        try:
            async with asyncio.timeout(self.expires and self.expires - time.time()) as life:
                while await self.read_control_frame() != CLOSE:
                    pass
            return
        except Refusal as refusal:
            self.close(refusal.code)
        except TimeoutError:
            if life.expired():
                await asyncio.sleep(self.expires - time.time())
                self.close("token-expired")
        finally:
            self.finish("lost", grace=True)
        while await self.reader.read(65536):
            pass

    async def read_control_frame(self):
        """Read and answer one frame of the client, which may only be a control frame."""
        first, second = await self.reader.readexactly(2)
        opcode = first & 0x0F
        if opcode in (TEXT, BINARY) and first & 0x70 == 0 and second >= 0x80:
            raise Refusal("protocol-violation")
        if opcode not in (CLOSE, PING, PONG) or first & 0xF0 != 0x80 or not 0x80 <= second < 0xFE:
            raise Refusal("protocol-error")
        mask = await self.reader.readexactly(4)
        masked = await self.reader.readexactly(second & 0x7F)
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
        if opcode == PING:
            self.write(PONG, payload)
        elif opcode == CLOSE:
            self.write(CLOSE, payload[:2])
            said_goodbye = payload[:2] in (b"", GOODBYE)
            self.finish("closed" if said_goodbye else "lost", grace=not said_goodbye)
        return opcode


class Client:
    """What the service knows about one client id."""

    def __init__(self, client_id, epoch):
        self.id, self.epoch, self.seq, self.connection = client_id, epoch, 0, None
        self.grace = None  # the timer between a loss and the report of it
        self.version, self.event = 0, None  # the current one, odd is online; the form of it
        self.acknowledged = self.attempted = self.given_up = 0
        self.failures, self.first_attempt, self.retry_at = 0, 0.0, 0.0  # of the attempted version
        self.changed, self.report = asyncio.Event(), None

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
        self.base, self.keys, self.timings = urlsplit(base.removesuffix("/")), keys, timings
        self.slots = asyncio.Semaphore(limits["webhook_concurrency"])
        self.unwell, self.not_before = False, 0.0

    async def report(self, client):
        """Send what is current until the application knows it or it is given up."""
        now, interval = asyncio.get_running_loop().time, self.timings["presence_interval_seconds"]
        while (due := client.due_at(interval)) is not None:
            client.changed.clear()
            if due > now():
                with suppress(TimeoutError):
                    await asyncio.wait_for(client.changed.wait(), due - now())
                continue
            async with self.slots:
                while self.unwell and now() < self.not_before:
                    await asyncio.sleep(min(self.not_before - now(), 1))
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
        if outcome != "late":
            self.unwell = outcome == "unwell"
        if self.unwell:
            pause = max(retry_after, self.timings["webhook_pause_seconds"])
            self.not_before = max(self.not_before, now + pause)
        if outcome == "success":
            client.acknowledged = version
            return
        wait = [*self.timings["webhook_retry_seconds"], float("inf")][client.failures]
        client.retry_at = now + max(wait * random.uniform(0.8, 1.2), retry_after)
        client.failures += 1
        if client.retry_at > client.first_attempt + GIVE_UP_SECONDS:
            client.given_up = version
        logging.warning("webhook e%s-v%s %s, failure %s%s", client.epoch, version, outcome,
                        client.failures, ", given up" if client.given_up == version else "")

    async def attempt(self, event):
        """POST one event: success, unwell, failed or late, and the seconds of Retry-After."""
        url, body = self.base, urlencode(event).encode("ascii")
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
            outcome = ("success" if 200 <= status <= 299 else
                       "unwell" if status in (429, 503) else "failed")
        except Exception as error:  # whatever answered without HTTP has failed like any answer
            broken = isinstance(error, (OSError, EOFError))
            outcome = ("late" if isinstance(error, TimeoutError) else
                       "unwell" if broken else "failed")
        finally:
            if writer:
                writer.close()
        value, seconds = headers.get("retry-after", ""), 0.0
        with suppress(ValueError):
            seconds = (float(value) if value.isdecimal() else
                       email.utils.parsedate_to_datetime(value).timestamp() - time.time())
        return outcome, max(0.0, min(seconds, self.timings["webhook_retry_after_max_seconds"]))


class Service:
    """The calls of the application, the opening of connections, and who is online."""

    def __init__(self, base, settings):
        column = "test" if settings.test_timings else "default"
        self.limits, self.timings = ({row["name"]: row[column] for row in REGISTRY[name]["rows"]}
                                     for name in ("limits", "timings"))
        self.base, self.keys = urlsplit(base.removesuffix("/")), settings.application_key
        self.connect_url = base.removesuffix("/").replace("http", "ws", 1) + "/v1/connect"
        self.origins = {*settings.origin, origin_of(base)}
        self.clients, self.last_epoch, self.signing_key = {}, 0, secrets.token_bytes(32)
        self.reporter = settings.application_base and Reporter(
            settings.application_base, settings.webhook_keys, self.limits, self.timings)
        profiles = ["core", "presence"] if self.reporter else ["core"]
        limits, timings = ({row["name"]: row[column] for row in REGISTRY[name]["rows"]
                            if row["advertised"] and row["profile"] in profiles}
                           for name in ("limits", "timings"))
        self.discovery = {
            "protocol": PROTOCOL, "implementation": {"name": "python-example", "version": "1.0"},
            "profiles": profiles, "limits": limits, "timings": timings,
            "origins": "any" if "any" in self.origins else "listed",
            "test_timings": settings.test_timings}

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may turn it into a WebSocket."""
        method, connection = "", None
        try:
            async with asyncio.timeout(self.timings["request_timeout_seconds"]):
                start, headers = await read_head(reader)
                method = start.partition(" ")[0]
                connection, *answer = await self.answer(start, headers, reader, writer)
        except (OSError, EOFError) as error:
            if not isinstance(error, TimeoutError):
                return writer.close()
            answer = self.problem(Refusal("request-timeout", "send the request faster"))
        except asyncio.LimitOverrunError:
            answer = self.problem(Refusal("headers-too-large", "send shorter headers"))
        except Refusal as refusal:
            answer = self.problem(refusal)
        except Exception as defect:
            self.log_defect(defect)
            answer = self.problem(Refusal("internal-error", "the log says more"))
        with suppress(OSError, EOFError):
            if connection:
                await connection.run()
            else:
                self.write_answer(writer, method, *answer)
                async with asyncio.timeout(self.timings["close_timeout_seconds"]):
                    while await reader.read(65536):
                        pass
        writer.close()

    def write_answer(self, writer, method, status, content, headers):
        """Write an answer and the end of the connection."""
        body = json.dumps(content).encode("ascii")
        head = {"Content-Type": f"application/{'problem+' if status >= 400 else ''}json",
                "Content-Length": len(body), "Connection": "close", **headers}
        writer.write(f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}\r\n".encode("ascii")
                     + "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode()
                     + b"\r\n" + (b"" if method == "HEAD" else body))
        writer.write_eof()

    def problem(self, refusal):
        """The answer that a refusal makes."""
        row = PROBLEMS[refusal.code]
        members = {name: row[name] for name in ("status", "code", "title", "retryable")}
        kind = REGISTRY["problems"]["type_base"] + refusal.code
        return row["status"], {"type": kind, **members, **refusal.members}, refusal.headers

    async def answer(self, start, headers, reader, writer):
        """A connection, or none and the status, the content and the headers of an answer."""
        request = re.fullmatch(r"([A-Z]+) ([^ ]+) HTTP/1\.[01]", start)
        if not request or start.endswith("1") and "host" not in headers:
            raise Refusal("malformed-request", "this is no HTTP/1.1")
        method, target = request.groups()
        path = "/" + target.split("?")[0].removeprefix("http://").partition("/")[2]
        calls = {"/v1": ("GET", None), "/v1/connect": ("GET", None),
                 "/v1/tokens": ("POST", self.mint), "/v1/messages": ("POST", self.post)}
        path = path.removeprefix(self.base.path) if path.startswith(self.base.path) else ""
        if path not in calls:
            offered = "profile-not-supported" if path in PROFILE_PATHS else "not-found"
            raise Refusal(offered, "read the specification for the paths there are")
        allowed, call = calls[path]
        if path == "/v1/connect":
            return [self.upgrade(method, headers, reader, writer)]
        if method != allowed:
            raise Refusal("method-not-allowed", f"use {allowed}", {"Allow": allowed})
        if not call:
            return None, 200, self.discovery, {"Cache-Control": "max-age=60"}
        key = re.fullmatch("bearer +([^ ]+)", headers.get("authorization", ""), re.I)
        key = hashlib.sha256(key[1].encode() if key else b"").digest()
        if not any([hmac.compare_digest(key, hashlib.sha256(k.encode()).digest())
                    for k in self.keys]):
            raise Refusal("invalid-application-key", "send Authorization: Bearer and the key",
                          {"WWW-Authenticate": "Bearer"})
        if "transfer-encoding" in headers or headers.setdefault("content-length", "0") != "0":
            if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
                raise Refusal("unsupported-media-type", "send application/json")
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await read_body(reader, headers, 6 * self.limits["data_bytes"] + 4096)
        try:
            members = json.loads(body.decode("utf-8"), parse_int=float, parse_constant=int)
        except (ValueError, RecursionError):
            members = None
        if not isinstance(members, dict):
            raise Refusal("malformed-request", "the body is not a JSON object in UTF-8")
        return None, *call(members)

    def client_id_of(self, members):
        """The legal client id of a call."""
        client_id = members.get("client_id")
        with suppress(AttributeError, UnicodeEncodeError):
            size = len(client_id.encode("utf-8"))
            if 1 <= size <= self.limits["client_id_bytes"] and not re.search(
                    r"[\x00-\x1f\x7f-\x9f]", client_id):
                return client_id
        raise Refusal("invalid-client-id", PROBLEMS["invalid-client-id"]["title"])

    def sign(self, text):
        """The signature of the first part of a token."""
        return hmac.digest(self.signing_key, text.encode("ascii"), "sha256").hex()

    def mint(self, members):
        """Answer a token request."""
        client_id = self.client_id_of(members)
        ttl = members.get("ttl_seconds", float(self.timings["token_ttl_seconds"]))
        if not isinstance(ttl, float) or not TTL["min"] <= ttl <= TTL["max"]:
            raise Refusal("invalid-ttl", f"send {TTL['min']} to {TTL['max']} seconds")
        expires = round(time.time() * 1000 + ttl * 1000)
        text = f"{client_id.encode().hex()}.{expires}.{secrets.token_hex(8)}"
        return 201, {"token": f"{text}.{self.sign(text)}", "client_id": client_id,
                     "expires_at": instant(expires / 1000),
                     "connect_url": self.connect_url}, {"Cache-Control": "no-store"}

    def post(self, members):
        """Answer a message request."""
        client_id, data = self.client_id_of(members), members.get("data")
        try:
            size = len(data.encode("utf-8"))
        except (AttributeError, UnicodeEncodeError):
            size = 0
        if not size:
            raise Refusal("invalid-data", PROBLEMS["invalid-data"]["title"])
        if size > self.limits["data_bytes"]:
            raise Refusal("payload-too-large", f"data has {size} bytes of UTF-8",
                          max_bytes=self.limits["data_bytes"])
        client = self.client(client_id)
        if client.connection and client.connection.expires <= time.time():
            client.connection.close("token-expired")
        client.seq += 1
        message = {"id": f"m-{client.epoch}-{client.seq}", "seq": client.seq}
        sent = client.connection and client.connection.write(
            TEXT, json.dumps({"type": "message", **message, "data": data}).encode("ascii"))
        return 200, {**message, "epoch": client.epoch, "connections": int(bool(sent))}, {}

    def upgrade(self, method, headers, reader, writer):
        """Complete or refuse a WebSocket handshake, then welcome or close."""
        offers = re.split(r"[ \t]*,[ \t]*", headers.get("sec-websocket-protocol", ""))
        key = headers.get("sec-websocket-key", "")
        wants = (method == "GET" and headers.get("upgrade", "").lower() == "websocket"
                 and "upgrade" in re.split("[ \t,]+", headers.get("connection", "").lower()))
        if not wants or PROTOCOL not in offers or headers.get("sec-websocket-version") != "13":
            raise Refusal("upgrade-required", f"open a WebSocket that offers {PROTOCOL}",
                          {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"})
        if not re.fullmatch("[A-Za-z0-9+/]{21}[AQgw]==", key):
            raise Refusal("malformed-request", "Sec-WebSocket-Key is not 16 bytes of base64")
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        writer.write(f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                     f"Upgrade: websocket\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n"
                     f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}\r\n\r\n".encode())
        connection = Connection(self, reader, writer)
        tokens = [o.removeprefix(TOKEN_OFFER) for o in offers if o.startswith(TOKEN_OFFER)]
        text, _, signature = tokens[0].rpartition(".") if tokens else ("", "", "")
        origin = headers.get("origin")
        if origin is not None and "any" not in self.origins and origin not in self.origins:
            connection.close("forbidden")
        elif len(tokens) != 1:
            connection.close("bad-request")
        elif not tokens[0].isascii() or not hmac.compare_digest(self.sign(text), signature):
            connection.close("token-invalid")
        elif int(text.split(".")[1]) / 1000 <= time.time():
            connection.close("token-expired")
        else:
            client_id, expires, _ = text.split(".")
            self.welcome(connection, bytes.fromhex(client_id).decode(), int(expires) / 1000)
        return connection

    def welcome(self, connection, client_id, expires):
        """Make a connection the current one of its client."""
        client = connection.client = self.client(client_id)
        older, client.connection, connection.expires = client.connection, connection, expires
        connection.write(TEXT, json.dumps({
            "type": "welcome", "client_id": client_id, "connection_id": connection.id,
            "epoch": client.epoch, "seq": client.seq, "heartbeat_seconds": 0,
            "expires_at": instant(expires), "expires_in_seconds": expires - time.time(),
            "resumed": False}).encode("ascii"))
        if older:
            older.close("replaced")
        if client.version % 2 == 0:
            self.change(client, connection.id)
        elif client.grace:
            client.grace.cancel()

    def client(self, client_id):
        """What is known of a client id; its epoch begins when it is first used."""
        if client_id not in self.clients:
            self.last_epoch = max(time.time_ns() // 1000, self.last_epoch + 1)
            self.clients[client_id] = Client(client_id, self.last_epoch)
        return self.clients[client_id]

    def left(self, client, reason, grace):
        """The current connection of a client is over: report it, now or after the grace."""
        gone, client.connection = client.connection.id, None
        if grace:
            client.grace = asyncio.get_running_loop().call_later(
                self.timings["presence_grace_seconds"], self.change, client, gone, reason)
        else:
            self.change(client, gone, reason)

    def change(self, client, connection_id, reason=None):
        """A client comes or goes: the next version, to be reported."""
        client.version += 1
        client.event = {"event": "connected" if client.version % 2 else "disconnected",
                        "from": client.id, "connection_id": connection_id, "epoch": client.epoch,
                        "version": client.version, "time": instant(time.time())}
        client.event |= {"reason": reason} if reason else {}
        client.changed.set()
        if self.reporter and (client.report is None or client.report.done()):
            client.report = asyncio.create_task(self.reporter.report(client))


def settings():
    """The settings, from flags and from CHANNEL_* variables."""
    parser = argparse.ArgumentParser(description=__doc__)
    environment = {name: value for name, value in os.environ.items() if value}
    for flag, many in (("host", 0), ("port", 0), ("base-url", 0), ("application-base", 0),
                       ("application-key", 1), ("webhook-secret", 1), ("origin", 1)):
        value = environment.get("CHANNEL_" + flag.upper().replace("-", "_"), "")
        default = [part.strip() for part in value.split(",") if part.strip()] if many else value
        parser.add_argument(f"--{flag}", action="append" if many else "store", default=default)
    parser.add_argument("--test-timings", action="store_true",
                        default="CHANNEL_TEST_TIMINGS" in environment)
    chosen = parser.parse_args()
    chosen.host = chosen.host or DEVELOPMENT["listen"]["host"]
    chosen.port = int(chosen.port or DEVELOPMENT["listen"]["port"])
    published = {*DEVELOPMENT["application_keys"], *DEVELOPMENT["webhook_secrets"]}
    local = {chosen.host, urlsplit(chosen.base_url or f"//{chosen.host}").hostname}
    local = local <= {"127.0.0.1", "::1", "localhost"}
    if not chosen.application_key and local:
        chosen.application_key = DEVELOPMENT["application_keys"]
        chosen.webhook_secret = chosen.webhook_secret or DEVELOPMENT["webhook_secrets"]
        chosen.application_base = chosen.application_base or DEVELOPMENT["webhook_base"]
        chosen.origin = chosen.origin or DEVELOPMENT["origins"]
    if not local and published & {*chosen.application_key, *chosen.webhook_secret}:
        parser.error("the development credentials are for loopback only")
    if not chosen.application_key or chosen.application_base and not chosen.webhook_secret:
        parser.error("an application key, and with an application base a webhook secret, is needed")
    chosen.webhook_keys = [base64.b64decode(secret.removeprefix("whsec_"), validate=True)
                           for secret in chosen.webhook_secret]
    return chosen


async def main(chosen):
    """Serve until SIGTERM."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = await asyncio.start_server(
        lambda reader, writer: service.serve(reader, writer), chosen.host, chosen.port,
        limit=16384, start_serving=False)
    host, port = server.sockets[0].getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    service = Service(chosen.base_url or address, chosen)
    await server.start_serving()
    print(f"listening on {address}", flush=True)
    await stop.wait()
    server.close()
    for client in service.clients.values():
        if client.connection:
            client.connection.close("draining")
    await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(settings()))
