"""Starts one service of the Channel Protocol or, with --exec, what the suite asks for."""
import asyncio
import signal
import sys

from channel.clock import RealClock
from channel.exec import Host
from channel.service import Service
from channel.settings import read_settings


async def main():
    if "--exec" in sys.argv[1:]:
        return await Host().run()
    service, asked_to_end = Service(read_settings(), RealClock()), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked_to_end.set)
    await service.start()
    print(f"listening on {service.address}", flush=True)
    await asked_to_end.wait()
    await service.drain()


if __name__ == "__main__":
    asyncio.run(main())
