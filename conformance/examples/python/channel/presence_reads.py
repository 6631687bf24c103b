"""The call of the profile presence-sync: who is online."""
import hmac
import secrets
from urllib.parse import parse_qsl

from .clock import instant
from .http import Refusal
from .members import client_id_of


class PresenceReads:
    """Answers one client id, or pages of all that are online."""

    def __init__(self, service):
        self.service, self.clients = service, service.channels.clients
        self.key = secrets.token_bytes()

    def read(self, query):
        """The answer to `GET /v1/presence`, for one client id or for a page of those online."""
        asked = dict(parse_qsl(query, keep_blank_values=True, errors="surrogateescape"))
        if "client_id" not in asked:
            return 200, self.page(asked.get("cursor")), ()
        if "cursor" in asked:
            raise Refusal("malformed-request", detail="send client_id or cursor, not both")
        return 200, self.one(client_id_of(asked, self.service.values)), ()

    def one(self, client_id):
        """The state of one client id; that of one without counters is not kept."""
        client = self.clients.get(client_id)
        if not client:
            epoch = self.service.next_epoch()
            return {"client_id": client_id, "online": False, "epoch": epoch, "version": 0}
        presence, channel = client.presence, client.reach()
        here = {"connection_id": channel.id, "since": instant(presence.since)} if channel else {}
        return {"client_id": client_id, "online": presence.is_online, "epoch": client.epoch,
                "version": presence.version, **here}

    def page(self, cursor):
        """One page; epochs grow in the order of `clients`, so the last one is a place in it."""
        after = int(self.opened(cursor)) if cursor is not None else 0
        rest = [client for client in self.clients.values()
                if client.presence.is_online and client.epoch > after]
        page = rest[:self.service.values["presence_page"]]
        clients = [{"client_id": client.id, "epoch": client.epoch,
                    "version": client.presence.version} for client in page]
        more = {"next_cursor": self.sealed(str(page[-1].epoch))} if len(rest) > len(page) else {}
        return {"clients": clients, **more}

    def sealed(self, place):
        """A cursor that nobody else can make."""
        return f"{place}-{hmac.digest(self.key, place.encode(), 'sha256').hex()}"

    def opened(self, cursor):
        """The place of a cursor that was issued here."""
        place = cursor.partition("-")[0]
        if not hmac.compare_digest(self.sealed(place).encode(), cursor.encode()):
            raise Refusal("malformed-request", detail="this cursor was not issued here")
        return place
