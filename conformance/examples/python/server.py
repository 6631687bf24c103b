"""A service of the Channel Protocol 1.0, profiles core and presence, in one asyncio loop."""
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
import time
import traceback
from contextlib import suppress
from math import inf
from urllib.parse import urlencode, urlsplit

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "registry"
REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
BOUNDS = {row["name"]: row for name in ("limits", "timings") for row in REGISTRY[name]["rows"]}
PROFILE_PATHS = {p["path"] for row in REGISTRY["profiles"]["rows"] for p in row["paths"]}
MALFORMED = (ValueError, RecursionError, EOFError, asyncio.LimitOverrunError)
ILLEGAL_IN_CLIENT_ID = re.compile("[\0-\x1f\x7f-\x9f\ud800-\udfff]")  # lone surrogates too
PROTOCOL, TOKEN_OFFER = "channel-protocol.v1", "channel-token."
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PORTS = {"http": 80, "https": 443}
GIVE_UP_SECONDS = 3600


LOST = {"presence": "lost", "grace": True}  # an end that is no row's


def problem(code, *lines, **members):
    """A refusal: the status, the document and the header lines of a row of the registry."""
    row = {name: PROBLEMS[code][name] for name in ("status", "code", "title", "retryable")}
    return row["status"], {"type": REGISTRY["problems"]["type_base"] + code, **row, **members}, lines


def answer_head(status, *lines):
    """The head of an answer."""
    start = f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}"
    return "\r\n".join((start, *lines, "", "")).encode("ascii")


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
    """The body of a request, announced or in chunks; None where it is longer than that."""
    body, size, chunked = b"", -1, "transfer-encoding" in headers
    while size:
        line = await reader.readuntil(b"\r\n") if chunked else headers["content-length"] or 0
        size = int(line.partition(b";")[0], 16) if chunked else int(line)
        if len(body) + size > most:
            return None
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
        self.client = self.expiry = None  # of one that was welcomed

    def write(self, opcode, payload):
        """Queue one frame, and end the connection of a client that does not read."""
        size = len(payload)
        length = (bytes([size]) if size < 126 else
                  b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8))
        self.writer.write(bytes([0x80 | opcode]) + length + payload)
        if self.writer.transport.get_write_buffer_size() > self.service.values["queue_bytes"]:
            self.end(CLOSES["slow-consumer"])

    def end(self, row, farewell=None):
        """Write Close, by default that of the row, and tell presence the reason of the row."""
        if not self.open:
            return
        self.open, client, values = False, self.client, self.service.values
        self.write(CLOSE, row["code"].to_bytes(2) + row["slug"].encode("ascii")
                   if farewell is None else farewell)
        call_later = self.service.loop.call_later
        call_later(values["close_timeout_seconds"], self.writer.transport.abort)
        if client:
            self.expiry.cancel()
        if client and client.connection is self:
            grace = values["presence_grace_seconds"] if row["grace"] else 0
            client.connection, client.grace = None, call_later(
                grace, self.service.change, client, self.id, row["presence"])

    async def run(self):
        """Read control frames until the client closes; any other frame ends the connection."""
        opcode = None
        while opcode != CLOSE:
            first, second = await self.reader.readexactly(2)
            opcode, length = first & 0x0F, second - 0x80  # negative without the mask
            if first - 0x80 not in (CLOSE, PING, PONG) or not 0 <= length <= 125 or (
                    opcode == CLOSE and length == 1):
                is_data = first & 0x7F in (TEXT, BINARY) and length >= 0
                return self.end(CLOSES["protocol-violation" if is_data else "protocol-error"])
            mask, masked = await self.reader.readexactly(4), await self.reader.readexactly(length)
            payload = bytes(byte ^ key for byte, key in zip(masked, mask * 32))
            if opcode == PING and self.open:
                self.write(PONG, payload)
        said_goodbye = payload[:2] in (b"", CLOSES["closed"]["code"].to_bytes(2))
        self.end(CLOSES["closed"] if said_goodbye else LOST, payload[:2])


class Client:
    """What the service knows about one client id."""

    def __init__(self, client_id, epoch):
        self.id, self.epoch, self.seq, self.connection = client_id, epoch, 0, None
        self.grace = None  # the timer between a loss and the report of it
        self.version, self.event = 0, None  # the current one, odd is online; the form of it
        self.acknowledged = self.attempted = 0
        self.first_attempt, self.waits, self.retry_at = 0, None, inf  # of the attempted version
        self.changed, self.report = asyncio.Event(), None

    def due_at(self, interval):
        """When the current version may be attempted; never where there is nothing to send."""
        if self.attempted == self.version:
            return self.retry_at
        if self.attempted == self.acknowledged and (self.version - self.acknowledged) % 2 == 0:
            return inf
        return self.first_attempt + interval if self.version > 2 else 0


class Reporter:
    """Sends webhooks: one in flight for each client, few while the application is unwell."""

    def __init__(self, settings, values):
        self.base, self.values = urlsplit(settings.application_base.removesuffix("/")), values
        self.keys = [base64.b64decode(secret.removeprefix("whsec_"), validate=True)
                     for secret in settings.webhook_secret]
        self.slots, self.well = asyncio.Semaphore(values["webhook_concurrency"]), asyncio.Event()
        self.not_before, self.now = 0, asyncio.get_running_loop().time

    async def report(self, client):
        """Send what is current until the application knows it or it is given up."""
        interval = self.values["presence_interval_seconds"]
        while (due := client.due_at(interval)) < inf:
            client.changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(client.changed.wait(), due - self.now())
            async with self.slots:
                while not self.well.is_set() and self.not_before > self.now():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.well.wait(), self.not_before - self.now())
                if client.due_at(interval) <= self.now():  # it may have changed meanwhile
                    await self.attempt(client)

    async def attempt(self, client):
        """Attempt the current version and draw the consequences for its client and for all."""
        pause = self.values["webhook_pause_seconds"]
        self.not_before = self.now() + pause
        if client.attempted != client.version:
            client.first_attempt = self.now()
            client.waits = iter(self.values["webhook_retry_seconds"])
        version = client.attempted = client.version
        status, retry_after = await self.post(client.event)
        if status in (429, 503):
            self.well.clear()
            self.not_before = max(self.not_before, self.now() + max(retry_after, pause))
        elif status:
            self.well.set()
        if status in range(200, 300):
            client.acknowledged, client.retry_at = version, inf
            return
        wait = max(next(client.waits, inf) * random.uniform(0.8, 1.2), retry_after)
        if self.now() + wait > client.first_attempt + GIVE_UP_SECONDS:
            wait = inf
        client.retry_at = self.now() + wait
        logging.warning("webhook e%s-v%s: status %s, again in %.1f s", client.epoch, version,
                        status, wait)

    async def post(self, event):
        """POST an event: the status, None where none came in time, and the wait asked for."""
        body, url, wait = urlencode(event), self.base, 0
        webhook_id, timestamp = f"e{event['epoch']}-v{event['version']}", int(time.time())
        signed = f"{webhook_id}.{timestamp}.{body}".encode("ascii")
        digests = (base64.b64encode(hmac.digest(key, signed, "sha256")) for key in self.keys)
        request = (
            f"POST {url.path}/_ah/channel/{event['event']}/ HTTP/1.1\r\nHost: {url.netloc}\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nwebhook-id: {webhook_id}\r\n"
            f"webhook-timestamp: {timestamp}\r\nwebhook-signature: "
            f"{' '.join('v1,' + digest.decode() for digest in digests)}\r\n\r\n{body}")
        try:
            async with asyncio.timeout(self.values["webhook_timeout_seconds"]):
                reader, writer = await asyncio.open_connection(
                    url.hostname, url.port or PORTS[url.scheme], ssl=url.scheme == "https")
                with closing(writer):
                    writer.write(request.encode("latin-1"))
                    start, headers = await read_head(reader)
            status, retry_after = int(start.split()[1]), headers.get("retry-after", "")
        except Exception as error:  # what is no HTTP is broken, too
            return None if isinstance(error, TimeoutError) else 503, 0
        with suppress(ValueError):
            wait = (int(retry_after) if retry_after.isdecimal() else
                    email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
        return status, min(wait, self.values["webhook_retry_after_max_seconds"])


class Service:
    """The calls of the application, the opening of connections, and who is online."""

    def __init__(self, base, settings):
        profiles = ["core", "presence"] if settings.application_base else ["core"]
        self.base, self.keys = urlsplit(base.removesuffix("/")), settings.application_key
        port = f":{PORTS[self.base.scheme]}"
        origin = f"{self.base.scheme}://{self.base.netloc.lower().removesuffix(port)}"
        self.origins = {None, origin, *settings.origin}  # None: a client that sends none
        self.discovery = {
            "protocol": PROTOCOL, "implementation": {"name": "python-example", "version": "1.0"},
            "profiles": profiles, "origins": "any" if "any" in self.origins else "listed",
            "test_timings": bool(settings.test_timings), "limits": {}, "timings": {}}
        self.values = {name: row["default"] for name, row in BOUNDS.items()}
        for table in ("limits", "timings"):
            for row in REGISTRY[table]["rows"]:
                if row["profile"] in profiles:
                    value = row["test" if settings.test_timings else "default"]
                    self.values[row["name"]] = value
                    if row["advertised"]:
                        self.discovery[table][row["name"]] = value
        self.loop, self.signing_key = asyncio.get_running_loop(), secrets.token_bytes(32)
        self.clients, self.last_epoch = {}, 0
        self.reporter = settings.application_base and Reporter(settings, self.values)

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may make a WebSocket of it."""
        start = ""
        with suppress(OSError, EOFError, asyncio.CancelledError):  # the peer, or all, has ended
            try:
                async with asyncio.timeout(self.values["request_timeout_seconds"]):
                    start, headers = await read_head(reader)
                    status, content, lines = await self.answer(start, headers, reader, writer)
            except TimeoutError:
                status, content, lines = problem("request-timeout")
            except MALFORMED:
                status, content, lines = problem("malformed-request")
            except Exception as error:  # its text may hold a secret
                where = traceback.format_tb(error.__traceback__)
                logging.error("defect: %s\n%s", type(error), "".join(where))
                status, content, lines = problem("internal-error")
            if status == 101:
                try:
                    await content.run()
                finally:
                    content.end(LOST, b"")
            else:
                body = json.dumps(content).encode("ascii")
                kind = "problem+json" if status >= 400 else "json"
                writer.write(answer_head(status, f"Content-Type: application/{kind}", *lines,
                                         f"Content-Length: {len(body)}", "Connection: close"))
                writer.write(b"" if start.startswith("HEAD ") else body)
            writer.write_eof()
            async with asyncio.timeout(self.values["close_timeout_seconds"]):
                while await reader.read(65536):
                    pass
        writer.close()

    async def answer(self, start, headers, reader, writer):
        """The status, the content and the header lines of an answer; a connection with 101."""
        request = re.fullmatch(r"([A-Z]+) (?:http://[^/ ]*)?(/[^? ]*)[^ ]* HTTP/1\.[01]", start)
        if not request or start.endswith("1") and "host" not in headers or headers.defects:
            return problem("malformed-request", detail="this is no HTTP/1.1")
        method, path = request.groups()
        path = path.removeprefix(self.base.path) if path.startswith(self.base.path) else ""
        if path == "/v1/connect":
            return self.upgrade(method, headers, reader, writer)
        if (method, path) == ("GET", "/v1"):
            return 200, self.discovery, ["Cache-Control: max-age=60"]
        call = {"/v1/tokens": self.mint, "/v1/messages": self.post}.get(path)
        if not call or method != "POST":
            return problem("profile-not-supported" if path in PROFILE_PATHS else "not-found")
        scheme, _, key = headers.get("authorization", "").partition(" ")
        matches = [hmac.compare_digest(key.strip().encode("utf-8"), live.encode("utf-8"))
                   for live in self.keys]
        if scheme.lower() != "bearer" or not any(matches):
            return problem("invalid-application-key", "WWW-Authenticate: Bearer")
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(answer_head(100))
        most = 6 * self.values["data_bytes"] + 4096
        body = await read_body(reader, headers, most)
        if body is None:
            return problem("payload-too-large", max_bytes=most)
        members = json.loads(body.decode("utf-8"), parse_int=float, parse_constant=int)
        if not isinstance(members, dict):
            return problem("malformed-request", detail="the body is no JSON object")
        client_id = members.get("client_id")
        if not isinstance(client_id, str) or ILLEGAL_IN_CLIENT_ID.search(client_id) or not (
                1 <= len(client_id.encode("utf-8")) <= self.values["client_id_bytes"]):
            return problem("invalid-client-id")
        return call(client_id, members)

    def sign(self, text):
        """A token: the text, and the signature that makes it one."""
        return f"{text}.{hmac.digest(self.signing_key, text.encode('utf-8'), 'sha256').hex()}"

    def mint(self, client_id, members):
        """Answer a token request."""
        row = BOUNDS["token_ttl_seconds"]
        ttl = members.get("ttl_seconds", float(self.values["token_ttl_seconds"]))
        if not isinstance(ttl, float) or not row["min"] <= ttl <= row["max"]:
            return problem("invalid-ttl", detail=f"send {row['min']} to {row['max']} seconds")
        expires = round((time.time() + ttl) * 1000)
        token = self.sign(f"{client_id.encode('utf-8').hex()}.{expires}.{secrets.token_hex(8)}")
        connect_url = self.base.geturl().replace("http", "ws", 1) + "/v1/connect"
        return 201, {"token": token, "client_id": client_id, "connect_url": connect_url,
                     "expires_at": instant(expires / 1000)}, ["Cache-Control: no-store"]

    def post(self, client_id, members):
        """Answer a message request."""
        data, most = members.get("data"), self.values["data_bytes"]
        if not isinstance(data, str) or not data or re.search("[\ud800-\udfff]", data):
            return problem("invalid-data")
        if len(data.encode("utf-8")) > most:
            return problem("payload-too-large", max_bytes=most)
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
        key = headers.get("sec-websocket-key", "")
        offers = re.split(r"\s*,\s*", ",".join(headers.get_all("sec-websocket-protocol", [])))
        if (wanted != ("GET", "websocket", "13") or PROTOCOL not in offers
                or "upgrade" not in headers.get("connection", "").lower()
                or not re.fullmatch("[A-Za-z0-9+/]{21}[AQgw]==", key)):
            return problem("upgrade-required", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        writer.write(answer_head(101, "Connection: Upgrade", "Upgrade: websocket",
                                 f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}",
                                 f"Sec-WebSocket-Protocol: {PROTOCOL}"))
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
        return 101, connection, ()

    def welcome(self, connection, client_id, expires):
        """Make a connection the current one of its client, unless its token has expired."""
        if (left := expires - time.time()) <= 0:
            return connection.end(CLOSES["token-expired"])
        client = connection.client = self.client(client_id)
        older, client.connection, connection.expires = client.connection, connection, expires
        connection.expiry = self.loop.call_later(left, connection.end, CLOSES["token-expired"])
        connection.write(TEXT, json.dumps({
            "type": "welcome", "client_id": client_id, "connection_id": connection.id,
            "epoch": client.epoch, "seq": client.seq, "heartbeat_seconds": 0, "resumed": False,
            "expires_at": instant(expires), "expires_in_seconds": left}).encode("ascii"))
        if older:
            older.end(CLOSES["replaced"])
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
