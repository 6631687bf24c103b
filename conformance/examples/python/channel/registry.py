"""The tables of schemas/registry, read once; this program repeats no number of them."""
import json
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parents[4] / "schemas" / "registry"
REGISTRY = {file.stem: json.loads(file.read_text("utf-8")) for file in FOLDER.glob("*.json")}
LIMITS = {row["name"]: row for row in REGISTRY["limits"]["rows"]}
TIMINGS = {row["name"]: row for row in REGISTRY["timings"]["rows"]}
PROFILES = {row["name"]: row for row in REGISTRY["profiles"]["rows"]}
PROBLEMS = {row["code"]: row for row in REGISTRY["problems"]["rows"]}
PROBLEM_TYPES = REGISTRY["problems"]["type_base"]
WEBHOOK_PATHS = {row["event"]: row["path"] for row in REGISTRY["webhooks"]["rows"]}
CLOSES = {row["slug"]: row for row in REGISTRY["close-codes"]["rows"]}
CLOSES["lost"] = {"presence": "lost", "grace": True}  # an end without a code of its own
DEVELOPMENT = REGISTRY["development"]
