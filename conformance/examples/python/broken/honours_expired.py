"""Broken on purpose: every token opens connections, and keeps them, for a minute after its expiry.

Violates token.expired.refused, token.expiry.close and token.expiry.silent.
"""
import start
from channel.passes import Passes

KINDNESS_SECONDS = 60
judge = Passes.judge


def judge_kindly(passes, secret):
    subject, expires, refusal = judge(passes, secret)
    if refusal == "token-expired" and expires + KINDNESS_SECONDS > passes.clock.wall():
        refusal = None
    return subject, expires + KINDNESS_SECONDS, refusal


Passes.judge = judge_kindly
start.run()
