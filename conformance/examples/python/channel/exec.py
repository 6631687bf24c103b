"""The contract with the conformance suite: a command a line on stdin, a reply a line on stdout."""
import asyncio
import json
import logging
import sys

from .clock import RealClock, VirtualClock
from .discovery import NAME, VERSION
from .service import Service
from .settings import ALL, Settings


class Unsupported(Exception):
    """A command, or a member of `start`, that this program does not know."""


class Host:
    """The services of this process, by the URLs that their `ready` named."""

    def __init__(self):
        self.services = {}

    async def run(self):
        """Answer commands until the input ends; none waits for the answer to another."""
        lines = asyncio.StreamReader(limit=1 << 24)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        answers = set()
        while line := await lines.readline():
            answer = asyncio.create_task(self.answer(line))
            answers.add(answer)
            answer.add_done_callback(answers.discard)
        for service in self.services.values():
            await service.stop()

    async def answer(self, line):
        """Carry out one command, and write what became of it."""
        command = None
        try:
            command = json.loads(line)
            reply = await self.obey(command)
        except Unsupported as error:
            reply = {"unsupported": str(error)}
        except Exception as error:
            logging.exception("this command failed")
            reply = {"error": f"{type(error).__name__}: {error}"}
        if isinstance(command, dict) and "id" in command:  # otherwise nobody waits for it
            print(json.dumps({"id": command["id"], **reply}), flush=True)

    async def obey(self, command):
        name, given = next((item for item in command.items() if item[0] != "id"), ("nothing", {}))
        if name == "start":
            return {"ready": await self.start(given)}
        if name not in ("advance", "drain", "stop"):
            raise Unsupported(name)
        service = self.services[given["url"]]
        if name == "advance":
            if not isinstance(service.clock, VirtualClock):
                raise Unsupported(name)
            return {"advanced": {"seconds": await service.clock.advance(given["seconds"])}}
        del self.services[given["url"]]
        if name == "drain":
            await service.drain()
            return {"drained": {}}
        await service.stop()
        return {"stopped": {}}

    async def start(self, given):
        """A service as it was asked for."""
        if not {*given.get("profiles", [])} <= {*ALL}:
            raise Unsupported("profiles")
        clock = VirtualClock() if given["clock"] == "virtual" else RealClock()
        optional = ("base_url", "profiles", "limits", "timings", "webhook_urls")
        service = Service(Settings(
            given["application_keys"], given["webhook_secrets"], given["webhook_base"],
            given["origins"], **{name: given[name] for name in optional if name in given}), clock)
        await service.start()
        ready = {"url": service.address + service.url.path, "name": NAME, "version": VERSION,
                 "clock": given["clock"], "many": True}
        if isinstance(clock, VirtualClock):
            await clock.rest()
            ready["now"] = round(clock.wall() * 1000)
        self.services[ready["url"]] = service
        return ready
