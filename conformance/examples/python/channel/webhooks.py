"""Webhooks: one signed attempt, the schedule of its repetitions, and the target as a whole."""
import asyncio
import email.utils
import hmac
import logging
import random
from base64 import b64decode, b64encode
from contextlib import closing, suppress
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from .http import read_head

PORTS = {"http": 80, "https": 443}
OPTIONAL = (404, 410, 501)  # a handler of `started` or `closed` need not exist


@dataclass
class Answer:
    """What became of an attempt: a status of 0 for no connection, None for no answer in time."""
    status: int | None
    began: float  # when, by the steady clock
    after: float = 0  # seconds of its Retry-After

    def is_success(self):
        return self.status is not None and 200 <= self.status < 300


class Schedule:
    """How long to wait after each failure of one webhook."""

    def __init__(self, service, first):
        self.steady = service.clock.steady
        self.waits = iter(service.values["webhook_retry_seconds"])
        self.end = first.began + service.values["webhook_give_up_seconds"]

    def next(self, answer):
        """Seconds until the next attempt, None where the webhook is given up."""
        wait = next(self.waits, None)
        if wait is not None:
            wait = max(wait * random.uniform(0.8, 1.2), answer.after)
            return wait if self.steady() + wait <= self.end else None


class Webhooks:
    """Signs events and POSTs them to the URLs of the configuration."""

    def __init__(self, service):
        self.service, self.clock, self.values = service, service.clock, service.values
        self.secrets = [b64decode(secret.removeprefix("whsec_"))
                        for secret in service.settings.webhook_secrets]

    def sign(self, webhook_id, timestamp, body):
        """The signatures of a request, one for each live secret."""
        signed = f"{webhook_id}.{timestamp}.{body}".encode()
        digests = (hmac.digest(secret, signed, "sha256") for secret in self.secrets)
        return " ".join("v1," + b64encode(digest).decode() for digest in digests)

    async def attempt(self, webhook_id, event, path=""):
        """POST an event once; `path` follows the URL of the event."""
        configured = self.service.settings.webhook_url(event["event"])
        url = urlsplit(configured.removesuffix("/") + "/" + path if path else configured)
        body, timestamp = urlencode(event), int(self.clock.wall())
        head = (
            f"POST {url.path or '/'}{'?' * bool(url.query)}{url.query} HTTP/1.1\r\n"
            f"Host: {url.netloc.rpartition('@')[2]}\r\nConnection: close\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            f"webhook-id: {webhook_id}\r\nwebhook-timestamp: {timestamp}\r\n"
            f"webhook-signature: {self.sign(webhook_id, timestamp, body)}\r\n\r\n")
        answer = await self.exchange(url, (head + body).encode())
        if not answer.is_success():
            logging.warning("webhook %s: status %s", webhook_id, answer.status)
        return answer

    async def exchange(self, url, request):
        """Send a request and wait for the headers of its final answer."""
        reader, status, began = None, 0, self.clock.steady()
        try:
            async with self.clock.timeout(self.values["webhook_timeout_seconds"]):
                with self.clock.busy():
                    reader, writer = await asyncio.open_connection(
                        url.hostname, url.port or PORTS[url.scheme], ssl=url.scheme == "https")
                    writer.write(request)
                with closing(writer):
                    while status < 200:  # until the answer is final
                        start, headers = await read_head(reader)
                        status = int(start.split()[1])
        except Exception as error:  # what is no HTTP is a connection that breaks, too
            return Answer(None if reader and isinstance(error, TimeoutError) else 0, began)
        return Answer(status, began, self.seconds_until(headers.get("retry-after", "").strip()))

    def seconds_until(self, after):
        """A Retry-After, in seconds or as a date, as seconds from now."""
        wait = 0
        with suppress(ValueError):
            wait = int(after[:9]) if after.isdecimal() else (
                email.utils.parsedate_to_datetime(after).timestamp() - self.clock.wall())
        return min(max(wait, 0), self.values["webhook_retry_after_max_seconds"])

    async def insist(self, send, *webhook):
        """Have a webhook sent until it is taken, not wanted or given up."""
        schedule = None
        while True:
            answer = await send(*webhook)
            schedule = schedule or Schedule(self.service, answer)
            if answer.is_success() or answer.status in OPTIONAL:
                return
            if (wait := schedule.next(answer)) is None:
                return logging.warning("webhook %s: given up", webhook[0])
            await self.clock.sleep(wait)
