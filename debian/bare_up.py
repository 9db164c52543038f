"""Wait until a console on loopback says that its demo devices are up: `bare_up.py PORT PID`."""

import json
import os
import sys
import time
import urllib.request

ENOUGH = 25
PATIENCE = 900  # seconds: a first start downloads and builds all it needs


def devices(port: str) -> dict[str, int]:
    """Devices by state; {} while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return dict(json.load(answer)["devices"])
    except OSError:
        return {}


def main(port: str, pid: str) -> str | None:
    """None when enough devices are up, else why not."""
    started = answered = time.monotonic()
    told: dict[str, int] = {}
    while time.monotonic() < started + PATIENCE:
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return "make run ended by itself"
        told = devices(port)
        answered = answered if told else time.monotonic()
        if told.get("up", 0) >= ENOUGH:
            now = time.monotonic()
            took = f"{now - started:.0f} s after make run, {now - answered:.0f} s after it answered"
            sys.stdout.write(f"{told} {took}\n")
            return None
        time.sleep(1)
    return f"not {ENOUGH} devices up within {PATIENCE} s: {told}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
