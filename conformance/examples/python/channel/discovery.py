"""What a service says about itself."""
from .registry import LIMITS, TIMINGS

PROTOCOL = "channel-protocol.v1"
NAME, VERSION = "python-example", "2.0"


def describe(settings, profiles):
    """The discovery document."""
    values = settings.values()
    advertised = {
        table: {name: values[name] for name, row in rows.items()
                if row["advertised"] and {*row["profiles"]} & {*profiles}}
        for table, rows in (("limits", LIMITS), ("timings", TIMINGS))}
    return {
        "protocol": PROTOCOL, "implementation": {"name": NAME, "version": VERSION},
        "profiles": profiles, **advertised,
        "origins": "any" if "any" in settings.origins else "listed",
        "test_timings": is_shortened(settings)}


def is_shortened(settings):
    """Whether some value is smaller than production allows."""
    small = [value < LIMITS[name]["floor"] for name, value in settings.limits.items()
             if name in LIMITS]
    for name, value in settings.timings.items():
        least = TIMINGS.get(name, {"min": 0})["min"]
        small += [each < least for each in (value if isinstance(value, list) else [value])]
    return any(small)
