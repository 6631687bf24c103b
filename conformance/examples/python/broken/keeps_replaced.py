"""Broken on purpose: a takeover forgets the older connection, which receives every message too.

Violates connection.takeover.close, connection.takeover.split and what follows from them.
"""
import start
from channel.channels import Channel, Client

welcome, send = Client.welcome, Channel.send


def welcome_beside(client, channel, expires, **counters):
    older, client.channel = client.channel, None
    welcome(client, channel, expires, **counters)
    channel.forerunner = older


def send_to_both(channel, frame_bytes):
    send(channel, frame_bytes)
    if channel.forerunner:
        channel.forerunner.send(frame_bytes)


Channel.forerunner = None
Client.welcome, Channel.send = welcome_beside, send_to_both
start.run()
