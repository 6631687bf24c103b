"""A service: one base, its listener, and the way of each request to the room that answers it."""
import asyncio
import hmac
import logging
import re
import traceback
from contextlib import suppress
from urllib.parse import urlsplit

from .channels import Channel, Channels
from .clock import instant
from .discovery import describe
from .http import MALFORMED, Refusal, answer_bytes, read_body, read_object, read_request
from .presence_reads import PresenceReads
from .registry import LIMITS, PROFILES
from .sockets import Socket, Sockets
from .target import Target
from .webhooks import Webhooks
from .websocket import accept

PATHS = {path["path"]: name for name, row in PROFILES.items() for path in row["paths"]}


class Reader(asyncio.StreamReader):
    """Ends after a reset as after a FIN, so that what came before it is read first."""

    def set_exception(self, error):
        self.feed_eof()


class Service:
    """Everything that one base has; `start` it, then `drain` or `stop` it."""

    def __init__(self, settings, clock):
        self.settings, self.clock, self.values = settings, clock, settings.values()
        self.profiles, self.tasks, self.is_over = settings.offered(), set(), False
        self.last_epoch = 0
        self.floor = self.next_epoch()
        self.discovery = describe(settings, self.profiles)
        self.webhooks = Webhooks(self)
        self.target = Target(self)
        self.channels, self.sockets = Channels(self), Sockets(self)
        self.presence_reads = PresenceReads(self)
        self.calls = {("POST", "/v1/tokens"): self.channels.mint,
                      ("POST", "/v1/messages"): self.channels.post,
                      ("POST", "/v1/broadcasts"): self.channels.broadcast,
                      ("POST", "/v1/sockets"): self.sockets.mint,
                      ("POST", "/v1/sockets/messages"): self.sockets.post,
                      ("POST", "/v1/sockets/broadcasts"): self.sockets.broadcast,
                      ("GET", "/v1/presence"): self.presence_reads.read}

    async def start(self):
        """Listen; the address is that of the machine, the base may be another."""
        self.server = await asyncio.get_running_loop().create_server(
            lambda: asyncio.StreamReaderProtocol(
                Reader(limit=LIMITS["header_bytes"]["default"]),
                lambda reader, writer: self.spawn(self.serve(reader, writer)) and None),
            self.settings.host, self.settings.port, start_serving=False)
        host, port = self.server.sockets[0].getsockname()[:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.base = (self.settings.base_url or self.address).removesuffix("/")
        self.url = urlsplit(self.base)
        self.origins = {None} | {  # None: a client that sends none
            re.sub("^(http:.*):80$|^(https:.*):443$", r"\1\2", origin.lower())
            for origin in (f"{self.url.scheme}://{self.url.netloc}", *self.settings.origins)}
        if {"presence-sync", "sockets"} & {*self.profiles}:
            started = {"event": "started", "epoch": self.floor, "time": instant(self.clock.wall())}
            self.spawn(self.webhooks.insist(self.target.send, f"started-{self.floor}", started))
            await asyncio.sleep(0)  # it begins before any other
        await self.server.start_serving()

    def allows(self, origin):
        """Whether a page of that origin may connect."""
        return bool({origin, "any"} & self.origins)

    def next_epoch(self):
        """A number larger than every epoch before."""
        self.last_epoch = max(int(self.clock.wall() * 1_000_000), self.last_epoch + 1)
        return self.last_epoch

    def spawn(self, work):
        """Run a task that ends with the service."""
        task = asyncio.create_task(work)
        if self.is_over:
            task.cancel()
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def serve(self, reader, writer):
        """Answer the one request of a TCP connection, which may make a WebSocket of it."""
        request = websocket = None
        try:
            try:
                async with self.clock.timeout(self.values["request_timeout_seconds"]):
                    request = await read_request(reader, self.url.path)
                    status, content, lines = await self.answer(request, reader, writer)
            except Exception as error:
                status, content, lines = self.refusal(error).answer()
            if status == 101:
                websocket = content(self, reader, writer)
                writer.write("\r\n".join(("HTTP/1.1 101 ", *lines, "", "")).encode())
                await websocket.run(request)
            else:
                is_head = bool(request) and request.method == "HEAD"
                writer.write(answer_bytes(status, content, lines, is_head))
            writer.write_eof()
            async with self.clock.timeout(self.values["close_timeout_seconds"]):
                while await reader.read(65536):
                    pass  # what the peer still sends would turn our last words into a reset
        except (OSError, EOFError):
            pass  # the peer has gone, or stays too long
        finally:
            if websocket and websocket.abort:
                websocket.abort.cancel()
            writer.close()

    def refusal(self, error):
        """The refusal that an exception means."""
        if isinstance(error, Refusal):
            return error
        if isinstance(error, TimeoutError):
            return Refusal("request-timeout")
        if isinstance(error, MALFORMED):
            return Refusal("malformed-request")
        places = traceback.format_tb(error.__traceback__)  # its text may hold a secret
        logging.error("%s %s", type(error), places)
        return Refusal("internal-error")

    async def answer(self, request, reader, writer):
        """The status, the content and the header lines of an answer."""
        method, path, headers = request.method, request.path, request.headers
        if path == "/v1/connect":
            return 101, Channel, self.channels.accept(request)
        if path.startswith("/v1/socket/") and "sockets" in self.profiles:
            return 101, Socket, accept(request)
        if path in PATHS and PATHS[path] not in self.profiles:
            raise Refusal("profile-not-supported")
        if path not in PATHS:
            raise Refusal("not-found")
        allowed = "GET" if ("GET", path) in self.calls or path == "/v1" else "POST"
        if method != allowed:
            raise Refusal("method-not-allowed", f"Allow: {allowed}")
        if path == "/v1":
            return 200, self.discovery, ["Cache-Control: max-age=60"]
        self.check_key(headers)
        if method == "GET":
            return self.calls[method, path](request.query)
        most = 6 * self.values["data_bytes"] + 4096
        if path == "/v1/sockets/messages":
            most += 70 * self.values["sockets_per_send"]
        return self.calls[method, path](
            read_object(await read_body(reader, writer, headers, most)))

    def check_key(self, headers):
        """Refuse a call without a live application key."""
        scheme, _, key = ",".join(headers.get_all("authorization", [])).partition(" ")
        live = [hmac.compare_digest(key.strip().encode(), each.encode())
                for each in self.settings.application_keys]
        if scheme.lower() != "bearer" or not any(live):
            raise Refusal("invalid-application-key", "WWW-Authenticate: Bearer")

    async def drain(self):
        """Send everybody away, and end when what waits was sent, as far as time allows."""
        self.server.close()
        channels = [client.channel for client in self.channels.clients.values() if client.channel]
        for connection in [*channels, *self.sockets.open.values()]:
            connection.end("draining")
        try:
            async with self.clock.timeout(self.values["drain_seconds"]):
                while self.tasks:
                    await asyncio.wait(self.tasks)
        except TimeoutError:
            logging.warning("%s tasks did not end in time", len(self.tasks))
        await self.stop()

    async def stop(self):
        """End at once; nothing is spawned any more."""
        self.server.close()
        self.is_over = True
        tasks = [*self.tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
