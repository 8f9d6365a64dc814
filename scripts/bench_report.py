"""Joins what `./dev bench` measured of us and of the peer into one JSON line."""
import json
import sys

ours, peer = map(json.loads, sys.argv[1:])
seconds = {step["step"]: step["seconds"] for step in ours["steps"]}
checked = max(seconds["check"], 0.1)
ours["peer"] = peer
ours["times_peer"] = {
    "check_to_bare_read": round(peer["bare_seconds"] / checked, 1),
    "check_to_checked_read": round(peer["checked_seconds"] / checked, 1),
}
print(json.dumps(ours, ensure_ascii=False))
