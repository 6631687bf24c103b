"""Members that several calls share, and what is legal there."""
import re

from .http import Refusal

CONTROLS = "\0-\x1f\x7f-\x9f"


def client_id_of(members, values):
    """The client id of a body or a query."""
    client_id = members.get("client_id")
    if not (isinstance(client_id, str) and re.fullmatch(f"[^{CONTROLS}]+", client_id)
            and size_of(client_id) <= values["client_id_bytes"]):
        raise Refusal("invalid-client-id")
    return client_id


def text_of(members, name, values, least=0):
    """The text to deliver, of at least so many bytes."""
    text = members.get(name)
    if not isinstance(text, str) or len(text) < least:
        raise Refusal("invalid-data", detail=f"{name} is no string of at least {least} bytes")
    if size_of(text) > values["data_bytes"]:
        raise Refusal("payload-too-large", max_bytes=values["data_bytes"])
    return text


def size_of(text):
    """Its bytes of UTF-8; a lone surrogate has none, and raises a ValueError."""
    return len(text.encode())
