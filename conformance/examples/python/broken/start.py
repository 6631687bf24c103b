"""Puts the clean service beside a defect: each file here changes one thing and starts it."""
import asyncio
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import server  # noqa: E402  found by the line above


def run():
    """The service with the arguments of this process, as server.py starts it."""
    asyncio.run(server.main())
