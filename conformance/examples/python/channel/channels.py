"""Channels: connections of client ids, their takeover and expiry, messages and broadcasts."""
import json
import re
import secrets

from .clock import instant
from .discovery import PROTOCOL
from .http import Refusal
from .members import client_id_of, text_of
from .passes import Passes
from .presence import Presence
from .registry import CLOSES
from .websocket import NO_CODE, TEXT, Broken, WebSocket, accept, frame, upgrade_required

TOKEN_OFFER = "channel-token."


def envelope(kind, **members):
    """An envelope as the frame that carries it."""
    return frame(TEXT, json.dumps({"type": kind, **members}).encode())


class Channel(WebSocket):
    """One connection of a client id."""

    def __init__(self, service, reader, writer):
        super().__init__(service, reader, writer)
        self.id, self.client, self.expires, self.timer = "c-" + secrets.token_hex(16), None, 0, None

    async def run(self, request):
        """Welcome or refuse the client, and stay until the connection ends."""
        slug = self.service.channels.judge(self, request)
        if slug:
            self.end(slug)
        try:
            await self.text(most=0)  # any data ends it, so this returns after Close alone
            self.over("closed" if self.farewell[0] in (1000, NO_CODE) else "lost")
        except Broken as broken:
            self.end(str(broken))
        finally:
            self.over("lost")

    def end(self, slug):
        """Close it, and tell presence the reason of that row."""
        super().end(slug)
        self.over(slug)

    def over(self, slug):
        """It is open no longer, and presence hears why, unless a newer one has taken over."""
        self.open = False
        if self.timer:
            self.timer.cancel()
        if self.client and self.client.channel is self:
            self.client.channel = None
            self.client.presence.left(self.id, CLOSES[slug])

    def watch(self):
        """End it when its token has expired by the wall clock, and not before."""
        left = self.expires - self.service.clock.wall()
        if left > 0:
            self.timer = self.service.clock.call_later(left, self.watch)
        else:
            self.end("token-expired")


class Client:
    """The counters of one client id, and its current connection."""

    def __init__(self, service, client_id):
        self.service, self.id, self.channel = service, client_id, None
        self.epoch, self.seq, self.presence = service.next_epoch(), 0, Presence(service, self)

    def reach(self):
        """The current connection, if its token has not expired."""
        if self.channel and self.channel.expires <= self.service.clock.wall():
            self.channel.end("token-expired")
        return self.channel

    def welcome(self, channel, expires, **counters):
        """Make a connection the current one."""
        older, self.channel = self.channel, channel
        channel.client, channel.expires = self, expires
        channel.send(envelope(
            "welcome", client_id=self.id, connection_id=channel.id, epoch=self.epoch, seq=self.seq,
            heartbeat_seconds=0, resumed=False, expires_at=instant(expires),
            expires_in_seconds=expires - self.service.clock.wall(), **counters))
        if older:
            older.end("replaced")
        self.presence.arrived(channel.id)
        channel.watch()


class Channels:
    """All client ids of a service, and the calls about them."""

    def __init__(self, service):
        self.service, self.values, self.clients = service, service.values, {}
        self.tokens = Passes(service.clock, self.values["token_ttl_seconds"])
        self.epoch, self.seq = service.next_epoch(), 0  # of broadcasts
        self.left, self.counted = self.values["broadcasts_per_second"], service.clock.steady()

    def client(self, client_id):
        """The client of that id, from its first use on."""
        if client_id not in self.clients:
            self.clients[client_id] = Client(self.service, client_id)
        return self.clients[client_id]

    def mint(self, members):
        """`POST /v1/tokens`."""
        client_id = client_id_of(members, self.values)
        token, expires_at = self.tokens.mint(client_id, members)
        connect_url = self.service.base.replace("http", "ws", 1) + "/v1/connect"
        return 201, {"token": token, "client_id": client_id, "expires_at": expires_at,
                     "connect_url": connect_url}, ["Cache-Control: no-store"]

    def post(self, members):
        """`POST /v1/messages`."""
        client_id = client_id_of(members, self.values)
        data = text_of(members, "data", self.values, least=1)
        client = self.client(client_id)
        channel, client.seq = client.reach(), client.seq + 1
        message = {"id": f"m-{client.epoch}-{client.seq}", "seq": client.seq}
        if channel:
            channel.send(envelope("message", **message, data=data))
        return 200, {**message, "epoch": client.epoch, "connections": int(bool(channel))}, ()

    def broadcast(self, members):
        """`POST /v1/broadcasts`."""
        data = text_of(members, "data", self.values, least=1)
        self.take_from_bucket()
        self.seq += 1
        message = {"id": f"b-{self.epoch}-{self.seq}", "seq": self.seq}
        same = envelope("broadcast", **message, data=data)
        channels = [channel for client in self.clients.values() if (channel := client.reach())]
        for channel in channels:
            channel.send(same)
        return 200, {**message, "epoch": self.epoch, "connections": len(channels)}, ()

    def take_from_bucket(self):
        """Count a broadcast; the bucket holds `broadcasts_per_second` and refills at that rate."""
        most, now = self.values["broadcasts_per_second"], self.service.clock.steady()
        self.left = min(most, self.left + (now - self.counted) * most)
        self.counted = now
        if self.left < 1:
            raise Refusal("rate-limited", "Retry-After: 1")
        self.left -= 1

    def accept(self, request):
        """The header lines that answer an upgrade at the connect URL."""
        if PROTOCOL not in self.offers(request):
            raise upgrade_required()
        return accept(request, PROTOCOL)

    def offers(self, request):
        """The subprotocols that a request offers."""
        return re.split(r"\s*,\s*", ",".join(request.headers.get_all("sec-websocket-protocol", [])))

    def judge(self, channel, request):
        """Welcome a connection, or name the row that refuses it."""
        tokens = [offer.removeprefix(TOKEN_OFFER) for offer in self.offers(request)
                  if offer.startswith(TOKEN_OFFER)]
        client_id, expires, refusal = self.tokens.judge("".join(tokens))
        if not self.service.allows(request.headers["origin"]):
            return "forbidden"
        if len(tokens) != 1:
            return "bad-request"
        if not refusal:
            counters = {"broadcast_epoch": self.epoch, "broadcast_seq": self.seq}
            offered = "broadcast" in self.service.profiles
            self.client(client_id).welcome(channel, expires, **(counters if offered else {}))
        return refusal
