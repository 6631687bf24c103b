"""The paths of sockets: what is legal, and how it follows the URL of a webhook."""
import re
from urllib.parse import quote, unquote_to_bytes

from .http import Refusal
from .members import CONTROLS, size_of

ILLEGAL = re.compile(rf"[{CONTROLS}\\\ud800-\udfff]|^/|//|/$")


def path_of(members, values):
    """The path of a request, without its leading slash."""
    path = members.get("path", "")
    if not isinstance(path, str):
        raise Refusal("invalid-path", detail="path is no string")
    path = path.removeprefix("/")
    if ILLEGAL.search(path) or size_of(path) > values["socket_path_bytes"] or has_dots(path):
        raise Refusal("invalid-path")
    return path


def has_dots(path):
    """Whether a segment is . or .. in any decoding."""
    before, now = None, path.encode()
    while now != before:
        if {b".", b".."} & {*re.split(rb"[/\\]", now)}:
            return True
        before, now = now, unquote_to_bytes(now)
    return False


def encode_path(path):
    """The path with its segments percent-encoded once."""
    return quote(path, safe="/")
