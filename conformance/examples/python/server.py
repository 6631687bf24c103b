"""A service of the Channel Protocol 1.0, profiles core and presence, in one asyncio loop."""
import argparse
import asyncio
import email.utils
import functools
import hashlib
import hmac
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
from base64 import b64decode, b64encode
from contextlib import closing, suppress
from urllib.parse import urlencode, urlsplit

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "registry"
REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
ROWS = {row["name"]: row for name in ("limits", "timings") for row in REGISTRY[name]["rows"]}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
WEBHOOK_PATHS = {row["event"]: row["path"] for row in REGISTRY["webhooks"]["rows"]}
FOREIGN_PATHS = {path["path"] for row in REGISTRY["profiles"]["rows"] for path in row["paths"]
                 if row["name"] not in ("core", "presence")}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
CLOSES["lost"] = {"presence": "lost", "grace": True}  # an end without a code of its own
MALFORMED = (ValueError, RecursionError, EOFError, asyncio.LimitOverrunError)
PROTOCOL, TOKEN_OFFER = "channel-protocol.v1", "channel-token."
DATA, TEXT, CLOSE, PING, PONG = (1, 2), 1, 8, 9, 10
PORTS, LOOPBACK = {"http": 80, "https": 443}, {"127.0.0.1", "::1", "localhost"}


def instant(seconds):
    """An instant as the protocol writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"


def problem(code, *lines, **members):
    """A refusal: the status, the document and the header lines of a row of the registry."""
    document = {"type": REGISTRY["problems"]["type_base"] + code, **PROBLEMS[code], **members}
    return document["status"], document, lines


async def read_head(reader):
    """The start line and the headers of an HTTP message."""
    start, _, lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").partition("\r\n")
    return start, email.message_from_string(lines)


async def read_body(reader, headers, most):
    """The body of a request, announced or in chunks; None where it is longer than that."""
    if "transfer-encoding" not in headers:
        size = int(headers["content-length"] or 0)
        return await reader.readexactly(size) if size <= most else None
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16):
        if len(body) + size > most:
            return None
        body += (await reader.readexactly(size + 2))[:size]  # a line break follows
    return body


class Connection:
    """One upgraded WebSocket; nothing is written on it after a Close frame."""

    def __init__(self, service, reader, writer):
        self.service, self.reader, self.writer = service, reader, writer
        self.id, self.open, self.client = "c-" + secrets.token_hex(16), True, None

    def write(self, opcode, payload):
        """Queue one frame, and end the connection of a client that does not read."""
        size = len(payload)
        length = (bytes([size]) if size < 126 else
                  b"\x7e" + size.to_bytes(2) if size < 65536 else b"\x7f" + size.to_bytes(8))
        self.writer.write(bytes([0x80 | opcode]) + length + payload)
        if self.writer.transport.get_write_buffer_size() > self.service.values["queue_bytes"]:
            self.end("slow-consumer")

    def end(self, slug, farewell=None):
        """Write Close, by default that of the row, and tell presence the reason of the row."""
        if not self.open:
            return
        self.open, row, client, loop = False, CLOSES[slug], self.client, self.service.loop
        self.write(CLOSE, row["code"].to_bytes(2) + slug.encode() if farewell is None else farewell)
        loop.call_later(self.service.values["close_timeout_seconds"], self.writer.transport.abort)
        if client:
            self.expiry.cancel()
            if client.connection is self:
                client.connection = None
                grace = self.service.values["presence_grace_seconds"] if row["grace"] else 0
                client.grace = loop.call_later(grace, client.change, self.id, row["presence"])

    async def run(self):
        """Read control frames until the client closes; any other frame ends the connection."""
        opcode = None
        while opcode != CLOSE:
            first, second = await self.reader.readexactly(2)
            opcode, length = first & 0x0F, second - 0x80  # negative without the mask
            if first - 0x80 not in (CLOSE, PING, PONG) or not 0 <= length <= 125:
                return self.end("protocol-violation" if opcode in DATA else "protocol-error")
            mask, masked = await self.reader.readexactly(4), await self.reader.readexactly(length)
            payload = bytes(byte ^ key for byte, key in zip(masked, mask * 32))
            if opcode == PING and self.open:
                self.write(PONG, payload)
        code = payload[:2] if length > 1 else b""
        self.end("closed" if code in (b"", CLOSES["closed"]["code"].to_bytes(2)) else "lost", code)


class Client:
    """What the service knows about one client id, and the reports of it to the application."""

    def __init__(self, service, client_id):
        self.service, self.id, self.connection, self.seq = service, client_id, None, 0
        self.epoch = service.last_epoch = max(time.time_ns() // 1000, service.last_epoch + 1)
        self.version, self.attempted, self.told = 0, 0, 0  # odd is online; None is in doubt
        self.first_attempt, self.not_before, self.grace, self.turn = 0, 0, None, asyncio.Lock()

    def welcome(self, connection, expires):
        """Make a connection the current one, until its token expires."""
        older, self.connection, left = self.connection, connection, expires - time.time()
        connection.client, connection.expires = self, expires
        connection.expiry = self.service.loop.call_later(left, connection.end, "token-expired")
        connection.write(TEXT, json.dumps({
            "type": "welcome", "client_id": self.id, "connection_id": connection.id,
            "epoch": self.epoch, "seq": self.seq, "heartbeat_seconds": 0, "resumed": False,
            "expires_at": instant(expires), "expires_in_seconds": left}).encode())
        if older:
            older.end("replaced")
        elif self.version % 2:
            self.grace.cancel()
        else:
            self.change(connection.id)

    def change(self, connection_id, reason=None):
        """The client comes or goes: the next version, to be reported."""
        self.version += 1
        event = {"event": "connected" if self.version % 2 else "disconnected", "from": self.id,
                 "connection_id": connection_id, "epoch": self.epoch, "version": self.version,
                 "time": instant(time.time()), **({"reason": reason} if reason else {})}
        if self.service.target.netloc:
            self.task = asyncio.create_task(self.report(self.version, event))

    async def report(self, version, event):
        """Send a version until the application knows it, it is outdated or it is given up."""
        service, values, now = self.service, self.service.values, self.service.loop.time
        pace, give_up_at = values["presence_interval_seconds"], float("inf")
        for wait in [0, *values["webhook_retry_seconds"]]:
            wait = max(wait * random.uniform(0.8, 1.2), self.not_before - now())
            if now() + wait > give_up_at:
                return
            await asyncio.sleep(wait)
            async with self.turn:
                paced = version > 2 and version != self.attempted
                due = max(self.not_before, self.first_attempt + pace if paced else 0)
                await asyncio.sleep(due - now())
                async with service.slots:
                    while service.paused_until > now():
                        await asyncio.sleep(0.05)
                    if version != self.version or version % 2 == self.told:
                        return
                    if version != self.attempted:
                        self.attempted, self.first_attempt, self.told = version, now(), None
                        give_up_at = now() + values["webhook_give_up_seconds"]
                    status, self.not_before = await service.notify(event)
                if status in range(200, 300):
                    self.told = version % 2
                    return
            logging.warning("webhook e%s-v%s: status %s", self.epoch, version, status)


class Service:
    """The calls of the application, the opening of connections, and who is online."""

    def __init__(self, base, settings):
        profiles = ["core", "presence"] if settings.application_base else ["core"]
        column = dict.fromkeys(profiles, "test" if settings.test_timings else "default")
        self.values = {k: row[column.get(row["profiles"][0], "default")] for k, row in ROWS.items()}
        self.base, self.keys = base.removesuffix("/"), settings.application_key
        self.url = urlsplit(self.base)
        self.origins = {None} | {  # None: a client that sends none
            re.sub("^(http:.*):80$|^(https:.*):443$", r"\1\2", origin.lower())
            for origin in (f"{self.url.scheme}://{self.url.netloc}", *settings.origin)}
        self.discovery = {
            "protocol": PROTOCOL, "implementation": {"name": "python-example", "version": "1.0"},
            "profiles": profiles, "origins": "any" if "any" in self.origins else "listed",
            "test_timings": bool(settings.test_timings), **{
                table: {row["name"]: self.values[row["name"]] for row in REGISTRY[table]["rows"]
                        if row["advertised"] and {*row["profiles"]} & {*profiles}}
                for table in ("limits", "timings")}}
        self.client = functools.cache(functools.partial(Client, self))  # one for each client id
        self.tokens, self.last_epoch, self.loop = {}, 0, asyncio.get_running_loop()
        self.target = urlsplit(settings.application_base.removesuffix("/"))
        self.secrets = [b64decode(text.removeprefix("whsec_")) for text in settings.webhook_secret]
        self.slots, self.paused_until = asyncio.Semaphore(self.values["webhook_concurrency"]), 0

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may make a WebSocket of it."""
        start, body = "", b""
        with suppress(OSError, EOFError, asyncio.CancelledError):  # the peer, or all, has ended
            try:
                async with asyncio.timeout(self.values["request_timeout_seconds"]):
                    start, headers = await read_head(reader)
                    status, content, lines = await self.answer(start, headers, reader, writer)
            except Exception as error:
                status, content, lines = problem(
                    "request-timeout" if isinstance(error, TimeoutError) else
                    "malformed-request" if isinstance(error, MALFORMED) else "internal-error")
                if status == 500:  # the text of the error may hold a secret
                    logging.error("%s %s", type(error), traceback.format_tb(error.__traceback__))
            if status != 101:
                body = json.dumps(content).encode()
                kind = "problem+json" if status >= 400 else "json"
                lines = [*lines, f"Content-Type: application/{kind}",
                         f"Content-Length: {len(body)}", "Connection: close"]
            head = "\r\n".join((f"HTTP/1.1 {status} ", *lines, "", "")).encode()
            writer.write(head if start.startswith("HEAD ") else head + body)
            if status == 101:
                await self.connect(Connection(self, reader, writer), *content)
            writer.write_eof()
            async with asyncio.timeout(self.values["close_timeout_seconds"]):
                while await reader.read(65536):
                    pass
        writer.close()

    async def answer(self, start, headers, reader, writer):
        """The status, the content and the header lines of an answer."""
        request = re.fullmatch(r"(\S+) (?:https?://[^/ ]*)?([^? ]*)[^ ]* HTTP/1\.[01]", start)
        if not request or start.endswith("1") and "host" not in headers or headers.defects:
            return problem("malformed-request", detail="this is no HTTP/1.1")
        method, path = request.groups()
        path = path.removeprefix(self.url.path) if path.startswith(self.url.path) else ""
        if path == "/v1/connect":
            return self.upgrade(method, headers)
        if (method, path) == ("GET", "/v1"):
            return 200, self.discovery, ["Cache-Control: max-age=60"]
        call = {"/v1/tokens": self.mint, "/v1/messages": self.post}.get(path)
        if not call or method != "POST":
            return problem("profile-not-supported" if path in FOREIGN_PATHS else "not-found")
        scheme, _, key = ",".join(headers.get_all("authorization", [])).partition(" ")
        matches = [hmac.compare_digest(key.strip().encode(), live.encode()) for live in self.keys]
        if scheme.lower() != "bearer" or not any(matches):
            return problem("invalid-application-key", "WWW-Authenticate: Bearer")
        if headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        most = 6 * self.values["data_bytes"] + 4096
        if (body := await read_body(reader, headers, most)) is None:
            return problem("payload-too-large", max_bytes=most)
        members = json.loads(body.decode(), parse_int=float, parse_constant=int)
        if not isinstance(members, dict):
            return problem("malformed-request", detail="the body is no JSON object")
        client_id = members.get("client_id")
        if not (isinstance(client_id, str) and re.fullmatch("[^\0-\x1f\x7f-\x9f]+", client_id)
                and len(client_id.encode()) <= self.values["client_id_bytes"]):
            return problem("invalid-client-id")
        return call(client_id, members)

    def mint(self, client_id, members):
        ttl = members.get("ttl_seconds", float(self.values["token_ttl_seconds"]))
        if not isinstance(ttl, float) or not 1 <= ttl <= 86400:
            return problem("invalid-ttl", detail="send a number from 1 to 86400")
        expires, token = round(time.time() + ttl, 3), secrets.token_urlsafe(32)
        self.tokens[token] = client_id, expires
        self.loop.call_later(ttl + 3600, self.tokens.pop, token)  # expired, then forgotten
        return 201, {"token": token, "client_id": client_id, "expires_at": instant(expires),
                     "connect_url": self.base.replace("http", "ws", 1) + "/v1/connect"
                     }, ["Cache-Control: no-store"]

    def post(self, client_id, members):
        data, most = members.get("data"), self.values["data_bytes"]
        if not isinstance(data, str) or not data:
            return problem("invalid-data")
        if len(data.encode()) > most:  # a lone surrogate has no UTF-8 and ends as malformed
            return problem("payload-too-large", max_bytes=most)
        client = self.client(client_id)
        if client.connection and client.connection.expires <= time.time():
            client.connection.end("token-expired")
        client.seq += 1
        message = {"id": f"m-{client.epoch}-{client.seq}", "seq": client.seq}
        if connection := client.connection:
            envelope = {"type": "message", **message, "data": data}
            connection.write(TEXT, json.dumps(envelope).encode())
        return 200, {**message, "epoch": client.epoch, "connections": int(bool(connection))}, ()

    def upgrade(self, method, headers):
        """The answer to a request for a WebSocket; its content is the origin and the tokens."""
        wanted = method, headers.get("upgrade", "").lower(), headers["sec-websocket-version"]
        key = headers["sec-websocket-key"]
        offers = re.split(r"\s*,\s*", ",".join(headers.get_all("sec-websocket-protocol", [])))
        if (wanted != ("GET", "websocket", "13") or PROTOCOL not in offers or not key
                or "upgrade" not in headers.get("connection", "").lower()):
            return problem("upgrade-required", "Upgrade: websocket", "Sec-WebSocket-Version: 13")
        accept = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()
        tokens = [o.removeprefix(TOKEN_OFFER) for o in offers if o.startswith(TOKEN_OFFER)]
        return 101, (headers["origin"], tokens), [
            "Connection: Upgrade", "Upgrade: websocket", f"Sec-WebSocket-Protocol: {PROTOCOL}",
            f"Sec-WebSocket-Accept: {b64encode(accept).decode()}"]

    async def connect(self, connection, origin, tokens):
        """Welcome or refuse a client, and stay until its connection ends."""
        client_id, expires = self.tokens.get("".join(tokens), (None, 0))
        refusal = ("forbidden" if not {origin, "any"} & self.origins else
                   "bad-request" if len(tokens) != 1 else "token-invalid" if not client_id else
                   "token-expired" if expires <= time.time() else None)
        try:
            if refusal:
                connection.end(refusal)
            else:
                self.client(client_id).welcome(connection, expires)
            await connection.run()
        except asyncio.CancelledError:
            connection.end("draining")
        finally:
            connection.end("lost", b"")

    async def notify(self, event):
        """POST an event: the status, None where none came in time, and when to come again."""
        pause, status, after, wait, reader = self.values["webhook_pause_seconds"], 0, "", 0, None
        if self.paused_until:
            self.paused_until = self.loop.time() + pause
        body, webhook_id = urlencode(event), f"e{event['epoch']}-v{event['version']}"
        url, timestamp = self.target, int(time.time())
        signed = f"{webhook_id}.{timestamp}.{body}".encode()
        digests = (b64encode(hmac.digest(secret, signed, "sha256")) for secret in self.secrets)
        head = (
            f"POST {url.path}{WEBHOOK_PATHS[event['event']]} HTTP/1.1\r\nHost: {url.netloc}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\nwebhook-id: {webhook_id}\r\nwebhook-timestamp: {timestamp}\r\n"
            f"webhook-signature: {' '.join('v1,' + text.decode() for text in digests)}\r\n\r\n")
        try:
            async with asyncio.timeout(self.values["webhook_timeout_seconds"]):
                reader, writer = await asyncio.open_connection(
                    url.hostname, url.port or PORTS[url.scheme], ssl=url.scheme == "https")
                with closing(writer):
                    writer.write((head + body).encode())
                    while status < 200:  # until the answer is final
                        start, headers = await read_head(reader)
                        status = int(start.split()[1])
            after = headers.get("retry-after", "")
        except Exception as error:  # what is no HTTP is broken, too
            status = None if reader and isinstance(error, TimeoutError) else 503
        with suppress(ValueError):
            wait = (int(after) if after.isdecimal() else
                    email.utils.parsedate_to_datetime(after).timestamp() - time.time())
        wait = min(wait, self.values["webhook_retry_after_max_seconds"])
        if status in (429, 503):
            self.paused_until = max(self.paused_until, self.loop.time() + max(wait, pause))
        elif status:
            self.paused_until = 0
        return status, self.loop.time() + wait


def read_settings():
    """The settings, from flags and from CHANNEL_* variables, in which commas separate values."""
    parser, published = argparse.ArgumentParser(description=__doc__), REGISTRY["development"]
    for name in ("host", "port", "base-url", "application-base"):
        parser.add_argument(f"--{name}", default=published["listen"].get(name, ""))
    for name in ("application-key", "webhook-secret", "origin"):
        parser.add_argument(f"--{name}", action="append", default=[])
    parser.add_argument("--test-timings", nargs="?", const=True, default=False)
    given = [f"--{name.replace('_', '-')}={part.strip()}" for name in vars(parser.parse_args([]))
             for part in os.environ.get(f"CHANNEL_{name.upper()}", "").split(",") if part.strip()]
    chosen = parser.parse_args(namespace=parser.parse_args(given))
    local = {chosen.host, urlsplit(chosen.base_url).hostname or chosen.host} <= LOOPBACK
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
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(
        lambda reader, writer: service.serve(reader, writer), settings.host, settings.port,
        limit=ROWS["header_bytes"]["default"], start_serving=False)
    host, port = server.sockets[0].getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    service = Service(settings.base_url or address, settings)
    await server.start_serving()
    print(f"listening on {address}", flush=True)
    await stop.wait()
    server.close()  # asyncio.run() cancels the tasks, and those close their connections


if __name__ == "__main__":
    asyncio.run(main(read_settings()))
