"""The one clock of a service: nothing else here asks for the time or waits for it."""
import asyncio
import heapq
import itertools
import math
import time
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress

GRAIN = 0.000_001  # seconds; what is nearer than this has come


def instant(seconds):
    """An instant, in seconds since 1970, as the protocol writes it."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + f".{milliseconds:03}Z"


def milliseconds(seconds):
    """A wait in whole milliseconds, never shorter; what floats add in the last places is cut."""
    return math.ceil(round(seconds * 1000, 3))


class Clock:
    """What a service needs of time, made from `wall`, `steady` and `call_later`."""

    def until(self, due):
        """Seconds until a steady instant; what is below the grain of a clock is over."""
        left = due - self.steady()
        return left if left > GRAIN else 0

    @asynccontextmanager
    async def timeout(self, seconds):
        """TimeoutError where what it holds takes longer."""
        async with asyncio.timeout(None) as limit:
            timer = self.call_later(seconds, limit.reschedule, 0)  # 0 has passed: it is due
            try:
                yield
            finally:
                timer.cancel()

    async def sleep(self, seconds):
        """Wait so long."""
        await self.wait(asyncio.Event(), seconds)

    async def wait(self, event, seconds):
        """Wait for an event, and no longer than that."""
        with suppress(TimeoutError):
            async with self.timeout(seconds):
                await event.wait()


class RealClock(Clock):
    """The clock of the machine: `wall` for instants, `steady` for waits."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.wall, self.steady, self.call_later = time.time, self.loop.time, self.loop.call_later

    def busy(self):
        """A webhook that is being written, of which only a virtual clock has to know."""
        return nullcontext()


class Timer:
    """A call that is due at a virtual instant, unless it is cancelled before."""

    def __init__(self, due, call, args):
        self.due, self.call, self.args, self.cancelled = due, call, args, False

    def cancel(self):
        self.cancelled = True


class VirtualClock(Clock):
    """A clock that stands still but for `advance`, on whole milliseconds as all instants do."""

    TURNS = 25  # of the loop with nothing begun: what has come by then was read
    PATIENCE = 1.0  # real seconds in which a webhook that has begun is written
    latest = 0  # where any clock of this process stood: a later service is never earlier

    def __init__(self):
        self.loop, self.advancing = asyncio.get_running_loop(), asyncio.Lock()
        self.stands = max(round(time.time() * 1000), VirtualClock.latest)
        self.timers, self.order, self.begun = [], itertools.count(), 0

    def wall(self):
        return self.stands / 1000

    steady = wall

    def call_later(self, seconds, call, *args):
        wait = milliseconds(seconds)
        if wait <= 0:
            return self.loop.call_soon(call, *args)
        timer = Timer(self.stands + wait, call, args)
        heapq.heappush(self.timers, (timer.due, next(self.order), timer))
        return timer

    @contextmanager
    def busy(self):
        """A webhook that is being written; `advance` waits for it."""
        self.begun += 1
        try:
            yield
        finally:
            self.begun -= 1

    async def advance(self, seconds):
        """Move to the first instant at which something is due, at most so far; how far it was."""
        async with self.advancing:
            await self.rest()
            if not seconds:
                return 0
            start = self.stands
            self.stands = min(start + milliseconds(seconds), self.first())
            VirtualClock.latest = max(self.stands, VirtualClock.latest)
            while self.first() <= self.stands:
                timer = heapq.heappop(self.timers)[2]
                timer.call(*timer.args)
            await self.rest()
            return (self.stands - start) / 1000

    def first(self):
        """The instant at which the next timer is due."""
        while self.timers and self.timers[0][2].cancelled:
            heapq.heappop(self.timers)
        return self.timers[0][0] if self.timers else float("inf")

    async def rest(self):
        """Until what has come was read and what was begun is written."""
        patience, calm = self.loop.time() + self.PATIENCE, 0
        while calm < self.TURNS:
            waits = self.begun and self.loop.time() < patience
            calm = 0 if waits else calm + 1
            await asyncio.sleep(0.001 if waits else 0)
