"""Broken on purpose: signs the fields of a webhook sorted anew, and not the body that it sends.

Violates webhook.signature.valid and socket.webhook.signed.
"""
from urllib.parse import parse_qsl, urlencode

import start
from channel.webhooks import Webhooks

sign = Webhooks.sign


def sign_sorted(webhooks, webhook_id, timestamp, body):
    fields = sorted(parse_qsl(body, keep_blank_values=True))
    return sign(webhooks, webhook_id, timestamp, urlencode(fields))


Webhooks.sign = sign_sorted
start.run()
