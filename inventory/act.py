"""Who does what, from where and why, and how far that person may see."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Scope:
    """The subtrees a person may touch, as centre paths ("/41/4102/"); "/" is everything."""

    paths: tuple[str, ...]

    def covers(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths)


SYSTEM = "system"  # the actor of what the console does itself
EVERYTHING = Scope(("/",))
NOTHING = Scope(())


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person or of the console itself; every audit row repeats it.

    `what` is the Chinese name of the act ("新增设备"), `origin` where it came from
    ("page 10.1.2.3", "cli", "worker"), `reason` the person's words when the rule asks for them.
    """

    what: str
    actor: str
    actor_name: str
    role: str
    origin: str
    scope: Scope
    reason: str = ""

    def named(self, what: str, reason: str = "") -> "Act":
        """The same person at the same place, doing something else."""
        return replace(self, what=what, reason=reason)


def system(what: str, origin: str = "worker", reason: str = "") -> Act:
    """An act of the console itself, which may touch every centre."""
    return Act(what, SYSTEM, "值守台", SYSTEM, origin, EVERYTHING, reason)
