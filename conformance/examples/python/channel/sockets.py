"""Sockets: plain WebSockets whose every word is a webhook, and the calls that send to them."""
import asyncio
import secrets

from .clock import instant
from .http import Refusal
from .members import size_of, text_of
from .passes import Passes
from .paths import encode_path, path_of
from .websocket import TEXT, Broken, WebSocket, frame


class Socket(WebSocket):
    """One socket, from its upgrade until its `closed` is answered or given up."""

    def __init__(self, service, reader, writer):
        super().__init__(service, reader, writer)
        self.id, self.path, self.epoch, self.messages = secrets.token_urlsafe(16), "", 0, 0
        self.is_accepted, self.held, self.held_bytes = False, [], 0

    def is_reachable(self):
        return self.open and not self.writer.transport.is_closing()

    def take(self, text):
        """Whether a text of the application was sent, or held until the handshake is answered."""
        if not self.is_reachable():
            return False
        if self.is_accepted:
            self.send(frame(TEXT, text.encode()))
        elif self.held_bytes + size_of(text) > self.service.values["socket_held_bytes"]:
            return False
        else:
            self.held.append(text)
            self.held_bytes += size_of(text)
        return True

    async def run(self, request):
        """Refuse or open it, and stay until the connection ends."""
        sockets = self.service.sockets
        slug = sockets.judge(self, request)
        if slug:
            return self.end(slug)
        sockets.open[self.id] = self
        try:
            has_end = await self.open_up()
            if self.is_accepted:
                await self.listen()
        finally:
            self.open = False
            del sockets.open[self.id]
        if has_end:
            code, reason = self.farewell
            self.service.spawn(self.service.webhooks.insist(
                sockets.send, *self.webhook("c", "closed", code=code, reason=reason)))

    async def open_up(self):
        """Ask the application whether it wants the socket; whether there will be a `closed`."""
        sockets, timeout = self.service.sockets, self.service.values["webhook_timeout_seconds"]
        try:
            async with self.service.clock.timeout(timeout):
                await sockets.places.acquire()
        except TimeoutError:
            self.end("application-unavailable")
            return False
        try:
            answer = await self.service.webhooks.attempt(*self.webhook("h", "handshake"))
        finally:
            sockets.places.release()
        if answer.is_success():
            self.is_accepted = True
            for text in self.held:
                self.send(frame(TEXT, text.encode()))
        else:
            self.end("forbidden" if answer.status else "application-unavailable")
        self.held.clear()
        return answer.is_success() or not answer.status

    async def listen(self):
        """Pass on each text of the page; the next is read when this one was answered."""
        sockets, most = self.service.sockets, self.service.values["data_bytes"]
        try:
            while (text := await self.text(most)) is not None and self.open:
                self.messages += 1
                answer = await sockets.send(
                    *self.webhook(f"m{self.messages}", "message", body=text))
                if not answer.status or answer.status >= 500:
                    self.end("application-unavailable")
        except Broken as broken:
            self.end(str(broken))
        except EOFError:
            pass  # the page went without a Close frame

    def webhook(self, suffix, name, **fields):
        """The id, the form and the path of a webhook about this socket."""
        form = {"event": name, "from": self.id, "path": self.path, "epoch": self.epoch,
                "time": instant(self.service.clock.wall()), **fields}
        return f"{self.id}-{suffix}", form, encode_path(self.path)


class Sockets:
    """All sockets of a service, and the calls about them."""

    def __init__(self, service):
        self.service, self.values, self.open = service, service.values, {}
        self.tickets = Passes(service.clock, self.values["socket_ttl_seconds"])
        self.places = asyncio.Semaphore(self.values["socket_concurrency"])

    async def send(self, *webhook):
        """An attempt in the next place; places of presence and its pause do not matter here."""
        async with self.places:
            return await self.service.webhooks.attempt(*webhook)

    def judge(self, socket, request):
        """Let a socket in, or name the row that refuses it."""
        path, _, refusal = self.tickets.judge(request.path.removeprefix("/v1/socket/"))
        if not self.service.allows(request.headers["origin"]):
            return "forbidden"
        now = int(self.service.clock.wall() * 1_000_000)
        socket.path, socket.epoch = path, max(now, self.service.floor)
        return refusal

    def mint(self, members):
        """`POST /v1/sockets`."""
        ticket, expires_at = self.tickets.mint(path_of(members, self.values), members)
        url = f"{self.service.base.replace('http', 'ws', 1)}/v1/socket/{ticket}"
        return 201, {"url": url, "expires_at": expires_at}, ["Cache-Control: no-store"]

    def post(self, members):
        """`POST /v1/sockets/messages`."""
        names = members.get("sockets")
        names = [names] if isinstance(names, str) else names
        if (not isinstance(names, list) or not all(isinstance(name, str) for name in names)
                or not 1 <= len(names) <= self.values["sockets_per_send"]):
            raise Refusal("malformed-request", detail="sockets is one id or a list of them")
        body = text_of(members, "body", self.values)
        results = [{"socket": name, "delivered": name in self.open and self.open[name].take(body)}
                   for name in names]
        return 200, {"results": results}, ()

    def broadcast(self, members):
        """`POST /v1/sockets/broadcasts`."""
        body = text_of(members, "body", self.values)
        accepted = [socket for socket in self.open.values()
                    if socket.is_accepted and socket.is_reachable()]
        for socket in accepted:
            socket.send(frame(TEXT, body.encode()))
        return 200, {"sockets": len(accepted)}, ()
