"""Who in the demo county is alive: what `kill`, `revive`, `garble` and `reboot` change."""

from collections.abc import Callable
from typing import Literal

from netops.simulator.plan import Plan

Mood = Literal["up", "dead", "garbled"]


class UnknownDevice(LookupError):
    """Nobody in the demo county has this name; the message is for the person who typed it."""


class Power:
    """The switch of every device. A device is dead as well while anything above it is dead:
    its datagrams have no way to come."""

    def __init__(self, county: Plan) -> None:
        self._county = county
        self._moods: dict[str, Mood] = dict.fromkeys(county.devices, "up")

    def put(self, name: str, mood: Mood) -> None:
        """Switch one device; `UnknownDevice` when there is none of that name."""
        if name not in self._moods:
            raise UnknownDevice(f"演示县没有名为“{name}”的设备；list 可列出全部设备。")
        self._moods[name] = mood

    def mood(self, name: str) -> Mood:
        """How a device behaves now, its parents' state included."""
        above = self._county.devices[name].parent
        while above:
            if self._moods[above] == "dead":
                return "dead"
            above = self._county.devices[above].parent
        return self._moods[name]

    def watched(self, name: str) -> Callable[[], Mood]:
        """The question "how is it now?" about one device, for those who serve it."""
        return lambda: self.mood(name)

    def all(self) -> dict[str, Mood]:
        """Every device and how it behaves now."""
        return {name: self.mood(name) for name in self._moods}
