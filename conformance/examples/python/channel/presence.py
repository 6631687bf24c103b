"""Presence of one client id: its versions, and what the application was told of them."""
import asyncio
import logging

from .clock import instant
from .webhooks import Schedule

NEVER = float("-inf")


class Presence:
    """The versions of one client id: odd is online, even is offline."""

    def __init__(self, service, client):
        self.service, self.client, self.clock = service, client, service.clock
        self.version, self.event, self.since, self.grace = 0, None, 0, None
        self.told = 0  # the parity that the application has acknowledged; None is in doubt
        self.attempted, self.first_attempt, self.not_before = 0, NEVER, NEVER
        self.changed, self.task = asyncio.Event(), None

    @property
    def is_online(self):
        return self.version % 2 == 1

    def arrived(self, connection_id):
        """The client was welcomed."""
        if self.grace:
            self.grace.cancel()
            self.grace = None
        if not self.is_online:
            self.since = self.clock.wall()
            self.change("connected", connection_id)

    def left(self, connection_id, row):
        """The current connection ended, and nobody has come in its place."""
        wait = self.service.values["presence_grace_seconds"] if row["grace"] else 0
        change = "disconnected", connection_id, row["presence"]
        if wait:
            self.grace = self.clock.call_later(wait, self.change, *change)
        else:
            self.change(*change)

    def change(self, name, connection_id, reason=None):
        """The next version, to be reported."""
        self.version, self.grace = self.version + 1, None
        self.event = {"event": name, "from": self.client.id, "connection_id": connection_id,
                      "epoch": self.client.epoch, "version": self.version,
                      "time": instant(self.clock.wall()), **({"reason": reason} if reason else {})}
        self.changed.set()  # wakes a report that waits now,
        self.changed.clear()  # and none that waits later
        if "presence" in self.service.profiles and (not self.task or self.task.done()):
            self.task = self.service.spawn(self.report())

    async def report(self):
        """Send the newest version until the application knows it or it is given up."""
        values, target, schedule, answer = self.service.values, self.service.target, None, None
        while self.told != self.version % 2:
            version, due = self.version, self.not_before
            if version == self.attempted:
                if (wait := schedule.next(answer)) is None:
                    return logging.warning("%s: given up", self.webhook_id(version))
                due = self.clock.steady() + wait
            elif version > 2:
                due = max(due, self.first_attempt + values["presence_interval_seconds"])
            while version == self.version and (wait := self.clock.until(due)):
                await self.clock.wait(self.changed, wait)
            async with target.place():
                if version != self.version:
                    continue
                if version != self.attempted:
                    self.attempted, self.first_attempt = version, self.clock.steady()
                    self.told = schedule = None
                answer = await target.attempt(self.webhook_id(version), self.event)
            schedule = schedule or Schedule(self.service, answer)
            self.not_before = self.clock.steady() + answer.after
            if answer.is_success():
                self.told = version % 2

    def webhook_id(self, version):
        """One per client id, epoch and version; no two client ids share an epoch."""
        return f"e{self.client.epoch}-v{version}"
