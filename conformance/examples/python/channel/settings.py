"""What a service is told: by flags and CHANNEL_* variables, or by the suite's `start`."""
import argparse
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .registry import DEVELOPMENT, LIMITS, PROFILES, TIMINGS, WEBHOOK_PATHS

ALL = ["core", "presence", "presence-sync", "broadcast", "sockets"]
WITHOUT_WEBHOOKS = ["core", "broadcast"]
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass
class Settings:
    """The configuration of one service."""
    application_keys: list
    webhook_secrets: list
    webhook_base: str
    origins: list
    host: str = "127.0.0.1"
    port: int = 0
    base_url: str = ""
    profiles: list = None
    limits: dict = field(default_factory=dict)
    timings: dict = field(default_factory=dict)
    webhook_urls: dict = field(default_factory=dict)

    def offered(self):
        """The profiles that the service offers, with those that they require."""
        wanted = {"core", *(self.profiles or (ALL if self.webhook_base else WITHOUT_WEBHOOKS))}
        for name in [*wanted]:
            wanted |= {*PROFILES[name]["requires"]}
        return [name for name in ALL if name in wanted]

    def values(self):
        """Every limit and timing by its name."""
        defaults = {name: row["default"] for name, row in (LIMITS | TIMINGS).items()}
        return defaults | self.limits | self.timings

    def webhook_url(self, event):
        """The URL that is configured for an event."""
        return self.webhook_urls.get(event) or (
            self.webhook_base.removesuffix("/") + WEBHOOK_PATHS[event])


def read_settings(arguments=None):
    """The settings from flags, then variables, in which commas separate values."""
    parser = argparse.ArgumentParser(description="A service of the Channel Protocol.")
    for name in ("host", "port", "base-url", "application-base"):
        parser.add_argument(f"--{name}", default=DEVELOPMENT["listen"].get(name, ""))
    for name in ("application-key", "webhook-secret", "origin"):
        parser.add_argument(f"--{name}", action="append", default=[])
    parser.add_argument("--test-timings", nargs="?", const=True, default=False)
    given = [f"--{name.replace('_', '-')}={part.strip()}" for name in vars(parser.parse_args([]))
             for part in os.environ.get(f"CHANNEL_{name.upper()}", "").split(",") if part.strip()]
    chosen = parser.parse_args(arguments, namespace=parser.parse_args(given))
    local = {chosen.host, urlsplit(chosen.base_url).hostname or chosen.host} <= LOOPBACK
    if local and not chosen.application_key:
        chosen.application_key = DEVELOPMENT["application_keys"]
        chosen.webhook_secret = chosen.webhook_secret or DEVELOPMENT["webhook_secrets"]
        chosen.application_base = chosen.application_base or DEVELOPMENT["webhook_base"]
        chosen.origin = chosen.origin or DEVELOPMENT["origins"]
    published = {*DEVELOPMENT["application_keys"], *DEVELOPMENT["webhook_secrets"]}
    if not local and published & {*chosen.application_key, *chosen.webhook_secret}:
        parser.error("the development credentials are for loopback only")
    if not chosen.application_key or chosen.application_base and not chosen.webhook_secret:
        parser.error("an application key, and with an application base a secret, are needed")
    settings = Settings(chosen.application_key, chosen.webhook_secret, chosen.application_base,
                        chosen.origin, chosen.host, int(chosen.port), chosen.base_url)
    if chosen.test_timings:
        settings.limits, settings.timings = (
            {name: row["test"] for name, row in table.items()
             if {*row["profiles"]} & {*settings.offered()}} for table in (LIMITS, TIMINGS))
    return settings
