"""The application as presence sees it: places for attempts, and a pause while it is unwell."""
import asyncio
from contextlib import asynccontextmanager

UNWELL = (0, 429, 503)


class Target:
    """Lets attempts begin, and learns from their answers."""

    def __init__(self, service):
        self.clock, self.pause = service.clock, service.values["webhook_pause_seconds"]
        self.webhooks = service.webhooks
        self.slots = asyncio.Semaphore(service.values["webhook_concurrency"])
        self.is_unwell, self.next_beginning, self.recovered = False, 0, asyncio.Event()

    @asynccontextmanager
    async def place(self):
        """A place among the attempts in flight, from an instant at which one may begin."""
        async with self.slots:
            while self.is_unwell and (wait := self.clock.until(self.next_beginning)):
                await self.clock.wait(self.recovered, wait)
            yield

    async def attempt(self, *webhook):
        """An attempt, begun in a place; its answer says how well the target is."""
        self.next_beginning = max(self.next_beginning, self.clock.steady() + self.pause)
        answer = await self.webhooks.attempt(*webhook)
        if answer.status in UNWELL:
            wait = self.clock.steady() + max(answer.after, self.pause)
            self.is_unwell, self.next_beginning = True, max(self.next_beginning, wait)
        elif answer.status is not None:
            self.is_unwell, self.next_beginning = False, 0
            self.recovered.set()  # wakes who waits now,
            self.recovered.clear()  # and nobody who waits later
        return answer

    async def send(self, *webhook):
        """An attempt in the next place."""
        async with self.place():
            return await self.attempt(*webhook)
