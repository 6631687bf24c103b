"""A service of the Channel Protocol 1.0, profiles core and presence, in one asyncio loop."""
import argparse
import asyncio
import base64
import email
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
import sys
import time
import traceback
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in
            (pathlib.Path(__file__).resolve().parents[3] / "schemas" / "registry").glob("*.json")}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
LOST = {"presence": "lost", "grace": True}  # an end that is no row's
TTL = next(row for row in REGISTRY["timings"]["rows"] if row["name"] == "token_ttl_seconds")
PROFILE_PATHS = {p["path"] for row in REGISTRY["profiles"]["rows"] for p in row["paths"]}
MALFORMED = (ValueError, RecursionError, EOFError, asyncio.LimitOverrunError)
ILLEGAL_IN_CLIENT_ID = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # lone surrogates too
PROTOCOL, TOKEN_OFFER = "channel-protocol.v1", "channel-token."
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HEADER_BYTES, GIVE_UP_SECONDS = 16384, 3600


class Refusal(Exception):
    """A refused request: the code of a row, members beside the row's own, header lines."""


def instant(seconds):
    """An instant as the protocol writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"


async def read_head(reader):
    """The start line and the headers of an HTTP message."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lstrip("\r\n")
    start, _, lines = head.partition("\r\n")
    return start, email.message_from_string(lines)


async def read_body(reader, headers, most):
    """The body of a request, by its announced length or in chunks, at most `most` bytes long."""
    body, size, chunked = b"", -1, "transfer-encoding" in headers
    while size:
        line = await reader.readuntil(b"\r\n") if chunked else headers["content-length"] or 0
        size = int(line.partition(b";")[0], 16) if chunked else int(line)
        if len(body) + size > most:
            raise Refusal("payload-too-large", {"detail": "send less", "max_bytes": most})
        body += await reader.readexactly(size)
        if not chunked:
            break
        await reader.readuntil(b"\r\n")
    return body


class Connection:
    """One upgraded WebSocket; nothing is written on it after a Close frame."""

    def __init__(self, service, reader, writer):
        self.service, self.reader, self.writer = service, reader, writer
        self.id, self.open = "c-" + secrets.token_hex(16), True
        self.client = self.expires = None

    def write(self, opcode, payload):
        """Queue one frame, and end the connection of a client that does not read."""
        size, first = len(payload), 0x80 | opcode
        head = (struct.pack("!BB", first, size) if size < 126 else
                struct.pack("!BBH", first, 126, size) if size < 65536 else
                struct.pack("!BBQ", first, 127, size))
        self.writer.write(head + payload)
        if self.writer.transport.get_write_buffer_size() > self.service.limits["queue_bytes"]:
            self.end(CLOSES["slow-consumer"])

    def end(self, row, farewell=None):
        """Write Close, by default that of the row, and tell presence the reason of the row."""
        if self.open:
            self.open, client, call_later = False, self.client, self.service.loop.call_later
            self.write(CLOSE, struct.pack("!H", row["code"]) + row["slug"].encode("ascii")
                       if farewell is None else farewell)
            call_later(self.service.timings["close_timeout_seconds"], self.writer.transport.abort)
            if client and client.connection is self:
                grace = self.service.timings["presence_grace_seconds"] if row["grace"] else 0
                client.connection, client.grace = None, call_later(
                    grace, self.service.change, client, self.id, row["presence"])

    def expire(self):
        """End with the life of the token, never before it; a clock that is set is noticed."""
        left = self.expires - time.time()
        if left <= 0:
            self.end(CLOSES["token-expired"])
        elif self.open:
            self.service.loop.call_later(min(left, 60), self.expire)

    async def run(self):
        """Read control frames until the client closes; any other frame ends the connection."""
        opcode = None
        while opcode != CLOSE:
            first, second = await self.reader.readexactly(2)
            opcode, is_data = first & 0x0F, first & 0x7F in (TEXT, BINARY) and second >= 0x80
            length = second - 0x80  # negative without the mask, and more than 125 is too much
            if first - 0x80 not in (CLOSE, PING, PONG) or not 0 <= length <= 125 or (
                    opcode == CLOSE and length == 1):
                return self.end(CLOSES["protocol-violation" if is_data else "protocol-error"])
            mask = await self.reader.readexactly(4)
            masked = await self.reader.readexactly(length)
            payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
            if opcode == PING and self.open:
                self.write(PONG, payload)
        said_goodbye = payload[:2] in (b"", struct.pack("!H", CLOSES["closed"]["code"]))
        self.end(CLOSES["closed"] if said_goodbye else LOST, payload[:2])


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
        known = self.attempted == self.acknowledged and (self.version - self.acknowledged) % 2 == 0
        if known or self.given_up == self.version:
            return None
        paced = self.first_attempt + interval if self.version > 2 else 0.0
        return self.retry_at if self.attempted == self.version else paced


class Reporter:
    """Sends webhooks: one in flight for each client, few while the application is unwell."""

    def __init__(self, settings, limits, timings):
        self.base, self.timings = urlsplit(settings.application_base.removesuffix("/")), timings
        self.keys = [base64.b64decode(secret.removeprefix("whsec_"), validate=True)
                     for secret in settings.webhook_secret]
        self.slots = asyncio.Semaphore(limits["webhook_concurrency"])
        self.unwell, self.not_before, self.waiting = False, 0.0, set()

    async def report(self, client):
        """Send what is current until the application knows it or it is given up."""
        now, interval = asyncio.get_running_loop().time, self.timings["presence_interval_seconds"]
        while client.due_at(interval) is not None:
            async with self.slots:
                due = client.due_at(interval)  # it may have changed while no slot was free
                wait = max(due or 0.0, self.not_before if self.unwell else 0.0) - now()
                if due is not None and wait <= 0:
                    self.not_before = now() + self.timings["webhook_pause_seconds"]
                    await self.attempt(client, now)
            if wait > 0:
                client.changed.clear()
                self.waiting |= {client} if self.unwell else set()
                with suppress(TimeoutError):
                    await asyncio.wait_for(client.changed.wait(), wait)

    async def attempt(self, client, now):
        """Attempt the current version and draw the consequences for its client and for all."""
        if client.attempted != client.version:
            client.failures, client.first_attempt = 0, now()
        version = client.attempted = client.version
        status, retry_after = await self.post(client.event)
        if status in (429, 503):
            pause = max(retry_after, self.timings["webhook_pause_seconds"])
            self.unwell, self.not_before = True, max(self.not_before, now() + pause)
        elif status and self.unwell:
            self.unwell = False
            while self.waiting:  # the pause is over: all look again when they are due
                self.waiting.pop().changed.set()
        if status in range(200, 300):
            client.acknowledged = version
            return
        wait = [*self.timings["webhook_retry_seconds"], float("inf")][client.failures]
        client.retry_at = now() + max(wait * random.uniform(0.8, 1.2), retry_after)
        client.failures += 1
        if client.retry_at > client.first_attempt + GIVE_UP_SECONDS:
            client.given_up = version
        logging.warning("webhook e%s-v%s: failure %s, status %s%s", client.epoch, version,
                        client.failures, status, ", given up" * (client.given_up == version))

    async def post(self, event):
        """POST an event: the status, None where none came in time, and the wait asked for."""
        body, url = urlencode(event).encode("ascii"), self.base
        webhook_id, timestamp = f"e{event['epoch']}-v{event['version']}", int(time.time())
        signed = f"{webhook_id}.{timestamp}.".encode("ascii") + body
        digests = (base64.b64encode(hmac.digest(key, signed, "sha256")) for key in self.keys)
        head = (f"POST {url.path}/_ah/channel/{event['event']}/ HTTP/1.1\r\nHost: {url.netloc}\r\n"
                f"Connection: close\r\nContent-Length: {len(body)}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nwebhook-id: {webhook_id}\r\n"
                f"webhook-timestamp: {timestamp}\r\nwebhook-signature: "
                f"{' '.join('v1,' + digest.decode() for digest in digests)}\r\n\r\n")
        status, retry_after, wait, writer = None, "", 0, None
        secure, port = url.scheme == "https", url.port or {"https": 443}.get(url.scheme, 80)
        try:
            async with asyncio.timeout(self.timings["webhook_timeout_seconds"]):
                reader, writer = await asyncio.open_connection(url.hostname, port, ssl=secure)
                writer.write(head.encode("latin-1") + body)
                start, headers = await read_head(reader)
                status, retry_after = int(start.split()[1]), headers.get("retry-after", "")
        except (OSError, EOFError) as error:
            status = None if isinstance(error, TimeoutError) else 503  # broken is unwell
        except Exception:
            status = 502  # an answer, though not in HTTP
        if writer:
            writer.close()
        with suppress(ValueError):
            wait = (int(retry_after) if retry_after.isdecimal() else
                    email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
        return status, min(wait, self.timings["webhook_retry_after_max_seconds"])


class Service:
    """The calls of the application, the opening of connections, and who is online."""

    def __init__(self, base, settings):
        column, tables = "test" if settings.test_timings else "default", ("limits", "timings")
        self.limits, self.timings = ({row["name"]: row[column] for row in REGISTRY[table]["rows"]}
                                     for table in tables)
        self.loop = asyncio.get_running_loop()
        self.base, self.keys = urlsplit(base.removesuffix("/")), settings.application_key
        self.clients, self.last_epoch, self.signing_key = {}, 0, secrets.token_bytes(32)
        self.reporter = settings.application_base and Reporter(settings, self.limits, self.timings)
        port = {"http": ":80", "https": ":443"}.get(self.base.scheme, "")
        origin = f"{self.base.scheme}://{self.base.netloc.lower().removesuffix(port)}"
        self.origins = {None, origin, *settings.origin}  # None: a client that sends none
        profiles = ["core", "presence"] if self.reporter else ["core"]
        self.discovery = {table: {row["name"]: row[column] for row in REGISTRY[table]["rows"]
                                  if row["advertised"] and row["profile"] in profiles}
                          for table in tables} | {
            "protocol": PROTOCOL, "implementation": {"name": "python-example", "version": "1.0"},
            "profiles": profiles, "origins": "any" if "any" in self.origins else "listed",
            "test_timings": bool(settings.test_timings)}

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may make a WebSocket of it."""
        start = ""
        with suppress(OSError, EOFError, asyncio.CancelledError):  # of a peer that left, of the end
            try:
                async with asyncio.timeout(self.timings["request_timeout_seconds"]):
                    start, headers = await read_head(reader)
                    status, content, lines = await self.answer(start, headers, reader, writer)
            except Exception as error:
                status, content, lines = self.problem(error)
            if status == 101:
                try:
                    await content.run()
                finally:
                    content.end(LOST, b"")
            else:
                body = json.dumps(content).encode("ascii")
                kind = "problem+json" if status >= 400 else "json"
                self.write_head(writer, status, f"Content-Type: application/{kind}",
                                f"Content-Length: {len(body)}", "Connection: close", *lines)
                writer.write(b"" if start.startswith("HEAD ") else body)
            writer.write_eof()
            async with asyncio.timeout(self.timings["close_timeout_seconds"]):
                while await reader.read(65536):
                    pass
        writer.close()

    def write_head(self, writer, status, *lines):
        """Write the head of an answer."""
        start = f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}"
        writer.write("\r\n".join((start, *lines, "", "")).encode("ascii"))

    def problem(self, error):
        """The answer to a request that ended in an error."""
        code = ("request-timeout" if isinstance(error, TimeoutError) else
                "malformed-request" if isinstance(error, MALFORMED) else "internal-error")
        code, members, *lines = error.args if isinstance(error, Refusal) else (code, {})
        if code == "internal-error":  # without the text of the error, which may hold a secret
            logging.error("defect: %s\n%s", type(error), traceback.format_tb(error.__traceback__))
        row = {name: PROBLEMS[code][name] for name in ("status", "code", "title", "retryable")}
        kind = REGISTRY["problems"]["type_base"] + code
        return row["status"], {"type": kind, **row, **members}, lines

    async def answer(self, start, headers, reader, writer):
        """The status, the content and the header lines of an answer; a connection with 101."""
        request = re.fullmatch(r"([A-Z]+) (?:http://[^/ ]*)?(/[^? ]*)[^ ]* HTTP/1\.[01]", start)
        if not request or start.endswith("1") and "host" not in headers or headers.defects:
            raise Refusal("malformed-request", {"detail": "this is no HTTP/1.1"})
        method, path = request.groups()
        path = path.removeprefix(self.base.path) if path.startswith(self.base.path) else ""
        if path == "/v1/connect":
            return 101, self.upgrade(method, headers, reader, writer), ()
        if (method, path) == ("GET", "/v1"):
            return 200, self.discovery, ["Cache-Control: max-age=60"]
        call = {"/v1/tokens": self.mint, "/v1/messages": self.post}.get(path)
        if not call or method != "POST":
            raise Refusal("profile-not-supported" if path in PROFILE_PATHS else "not-found", {})
        key = re.fullmatch("bearer +(.+)", ",".join(headers.get_all("authorization", [])), re.I)
        key = key[1].encode("utf-8") if key else b""
        if not any([hmac.compare_digest(key, live.encode("utf-8")) for live in self.keys]):
            raise Refusal("invalid-application-key", {}, "WWW-Authenticate: Bearer")
        if headers.get("expect", "").lower() == "100-continue":
            self.write_head(writer, 100)
        body = await read_body(reader, headers, 6 * self.limits["data_bytes"] + 4096)
        members = json.loads(body.decode("utf-8"), parse_int=float, parse_constant=int)
        if not isinstance(members, dict):
            raise Refusal("malformed-request", {"detail": "the body is no JSON object"})
        client_id = members.get("client_id")
        if not isinstance(client_id, str) or ILLEGAL_IN_CLIENT_ID.search(client_id) or not (
                1 <= len(client_id.encode("utf-8")) <= self.limits["client_id_bytes"]):
            raise Refusal("invalid-client-id", {})
        return call(client_id, members)

    def sign(self, text):
        """A token: the text, and the signature that makes it one."""
        return f"{text}.{hmac.digest(self.signing_key, text.encode('utf-8'), 'sha256').hex()}"

    def mint(self, client_id, members):
        """Answer a token request."""
        ttl = members.get("ttl_seconds", float(self.timings["token_ttl_seconds"]))
        if not isinstance(ttl, float) or not TTL["min"] <= ttl <= TTL["max"]:
            raise Refusal("invalid-ttl", {"detail": f"send {TTL['min']} to {TTL['max']} seconds"})
        expires = round((time.time() + ttl) * 1000)
        token = self.sign(f"{client_id.encode('utf-8').hex()}.{expires}.{secrets.token_hex(8)}")
        connect_url = self.base.geturl().replace("http", "ws", 1) + "/v1/connect"
        return 201, {"token": token, "client_id": client_id, "connect_url": connect_url,
                     "expires_at": instant(expires / 1000)}, ["Cache-Control: no-store"]

    def post(self, client_id, members):
        """Answer a message request."""
        data, most = members.get("data"), self.limits["data_bytes"]
        if not isinstance(data, str) or not data or re.search("[\ud800-\udfff]", data):
            raise Refusal("invalid-data", {})
        if len(data.encode("utf-8")) > most:
            raise Refusal("payload-too-large", {"detail": "send less data", "max_bytes": most})
        client = self.client(client_id)
        if client.connection and client.connection.expires <= time.time():
            client.connection.end(CLOSES["token-expired"])
        client.seq += 1
        message = {"id": f"m-{client.epoch}-{client.seq}", "seq": client.seq}
        if queued := client.connection is not None:
            envelope = {"type": "message", **message, "data": data}
            client.connection.write(TEXT, json.dumps(envelope).encode("ascii"))
        return 200, {**message, "epoch": client.epoch, "connections": int(queued)}, ()

    def upgrade(self, method, headers, reader, writer):
        """Complete or refuse a WebSocket handshake, then welcome the client or close."""
        wanted = method, headers.get("upgrade", "").lower(), headers["sec-websocket-version"]
        offers = re.split(r"\s*,\s*", ",".join(headers.get_all("sec-websocket-protocol", [])))
        if (wanted != ("GET", "websocket", "13") or PROTOCOL not in offers
                or "upgrade" not in headers.get("connection", "").lower()):
            raise Refusal("upgrade-required", {}, "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        key = headers.get("sec-websocket-key", "")
        if not re.fullmatch("[A-Za-z0-9+/]{21}[AQgw]==", key):
            raise Refusal("malformed-request", {"detail": "Sec-WebSocket-Key is not 16 bytes"})
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        self.write_head(writer, 101, "Connection: Upgrade", "Upgrade: websocket",
                        f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}",
                        f"Sec-WebSocket-Protocol: {PROTOCOL}")
        connection = Connection(self, reader, writer)
        tokens = [o.removeprefix(TOKEN_OFFER) for o in offers if o.startswith(TOKEN_OFFER)]
        text = "".join(tokens).rpartition(".")[0]
        if not {headers["origin"], "any"} & self.origins:
            connection.end(CLOSES["forbidden"])
        elif len(tokens) != 1:
            connection.end(CLOSES["bad-request"])
        elif not hmac.compare_digest(self.sign(text).encode(), tokens[0].encode("utf-8")):
            connection.end(CLOSES["token-invalid"])
        else:
            client_id, expires, _ = text.split(".")
            self.welcome(connection, bytes.fromhex(client_id).decode("utf-8"), int(expires) / 1000)
        return connection

    def welcome(self, connection, client_id, expires):
        """Make a connection the current one of its client, unless its token has expired."""
        if expires <= time.time():
            return connection.end(CLOSES["token-expired"])
        client = connection.client = self.client(client_id)
        older, client.connection, connection.expires = client.connection, connection, expires
        connection.write(TEXT, json.dumps({
            "type": "welcome", "client_id": client_id, "connection_id": connection.id,
            "epoch": client.epoch, "seq": client.seq, "heartbeat_seconds": 0, "resumed": False,
            "expires_at": instant(expires), "expires_in_seconds": expires - time.time()}).encode())
        if older:
            older.end(CLOSES["replaced"])
        if client.version % 2 == 0:
            self.change(client, connection.id)
        elif client.grace:
            client.grace.cancel()
        connection.expire()

    def client(self, client_id):
        """What is known of a client id; its epoch begins when it is first used."""
        if client_id not in self.clients:
            self.last_epoch = max(time.time_ns() // 1000, self.last_epoch + 1)
            self.clients[client_id] = Client(client_id, self.last_epoch)
        return self.clients[client_id]

    def change(self, client, connection_id, reason=None):
        """A client comes or goes: the next version, to be reported."""
        client.version += 1
        client.event = {"event": "connected" if client.version % 2 else "disconnected",
                        "from": client.id, "connection_id": connection_id, "epoch": client.epoch,
                        "version": client.version, "time": instant(time.time()),
                        **({"reason": reason} if reason else {})}
        client.changed.set()
        if self.reporter and (client.report is None or client.report.done()):
            client.report = asyncio.create_task(self.reporter.report(client))


def read_settings():
    """The settings, from flags and from CHANNEL_* variables, in which commas separate values."""
    parser, published = argparse.ArgumentParser(description=__doc__), REGISTRY["development"]
    for flag, default in (("--host", published["listen"]["host"]), ("--base-url", ""),
                          ("--port", published["listen"]["port"]), ("--application-base", "")):
        parser.add_argument(flag, default=default)
    for flag in ("--application-key", "--webhook-secret", "--origin"):
        parser.add_argument(flag, action="append", default=[])
    parser.add_argument("--test-timings", nargs="?", const=True, default=False)
    given = [f"--{name.replace('_', '-')}={part.strip()}" for name in vars(parser.parse_args([]))
             for part in os.environ.get(f"CHANNEL_{name.upper()}", "").split(",") if part.strip()]
    chosen = parser.parse_args(given + sys.argv[1:])
    hosts = {chosen.host, urlsplit(chosen.base_url).hostname or chosen.host}
    local = hosts <= {"127.0.0.1", "::1", "localhost"}
    if local and not chosen.application_key:
        chosen.application_key = published["application_keys"]
        chosen.webhook_secret = chosen.webhook_secret or published["webhook_secrets"]
        chosen.application_base = chosen.application_base or published["webhook_base"]
        chosen.origin = chosen.origin or published["origins"]
    secret = {*chosen.application_key, *chosen.webhook_secret}
    if not local and secret & {*published["application_keys"], *published["webhook_secrets"]}:
        parser.error("the development credentials are for loopback only")
    if not chosen.application_key or chosen.application_base and not chosen.webhook_secret:
        parser.error("an application key, and with an application base a secret, are needed")
    return chosen


async def main(settings):
    """Serve until SIGTERM."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    server = await asyncio.start_server(
        lambda reader, writer: service.serve(reader, writer), settings.host, settings.port,
        limit=HEADER_BYTES, start_serving=False)
    host, port = server.sockets[0].getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    service = Service(settings.base_url or address, settings)
    await server.start_serving()
    print(f"listening on {address}", flush=True)
    await stop.wait()
    server.close()
    for client in service.clients.values():
        if client.connection:
            client.connection.end(CLOSES["draining"])
    await asyncio.sleep(0.2)


if __name__ == "__main__":
    asyncio.run(main(read_settings()))
