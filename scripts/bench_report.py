"""Joins what `./dev bench` measured of us and of the peer into one JSON line.

Ratios are of user and system time, children included: a busy machine stretches the clock of both, but not evenly.
"""
import json
import sys

ours, peer = map(json.loads, sys.argv[1:])
cpu = {step["step"]: max(step["cpu"], 0.01) for step in ours["steps"]}
ours["peer"] = peer
ours["times_peer_cpu"] = {
    name: {
        "bare_read_to_checked": round(theirs["bare"]["cpu"] / cpu[f"{name} checked"], 1),
        "checked_read_to_checked": round(theirs["checked"]["cpu"] / cpu[f"{name} checked"], 1),
    }
    for name, theirs in peer["files"].items()
}
ours["times_peer_cpu"]["inline.xlsx"]["bare_read_to_check_saved"] = round(
    peer["files"]["inline.xlsx"]["bare"]["cpu"] / cpu["check"], 1
)
print(json.dumps(ours, ensure_ascii=False))
