"""Secrets that open something until they expire: the tokens of channels, the tickets of sockets."""
import secrets

from .clock import instant
from .http import Refusal

LEAST, MOST = 1, 86400
MEMORY_SECONDS = 3600  # so long an expired one is told from a forged one


class Passes:
    """The passes of one kind; one of another kind opens nothing here."""

    def __init__(self, clock, ttl):
        self.clock, self.ttl, self.minted = clock, ttl, {}

    def mint(self, subject, members):
        """A pass for the subject of a request: the secret and, as it is written, its expiry."""
        ttl = members.get("ttl_seconds", float(self.ttl))
        if not isinstance(ttl, float) or not LEAST <= ttl <= MOST:
            raise Refusal("invalid-ttl", detail=f"send a number from {LEAST} to {MOST}")
        expires, secret = round(self.clock.wall() + ttl, 3), secrets.token_urlsafe(32)
        self.minted[secret] = subject, expires
        self.clock.call_later(ttl + MEMORY_SECONDS, self.minted.pop, secret)
        return secret, instant(expires)

    def judge(self, secret):
        """The subject and the expiry of a live pass; otherwise a refusal, the slug of a close."""
        subject, expires = self.minted.get(secret, (None, 0))
        if subject is None:
            return None, 0, "token-invalid"
        return subject, expires, "token-expired" if expires <= self.clock.wall() else None
