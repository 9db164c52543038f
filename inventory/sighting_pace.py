"""How often neighbour tables are read here, and for how long what they told counts as now."""

from datetime import timedelta

from sqlalchemy.orm import Session

from inventory.home import HomeFact, home_fact

FACT = "sighting_seconds"
_USUAL = 300
_LATELY, _LASTING = timedelta(minutes=30), timedelta(minutes=20)  # at least
_QUIET, _WALKS = timedelta(hours=8), 8


def note_pace(session: Session, seconds: int) -> None:
    """Whoever reads the tables says how often. For a session of `observe`."""
    if home_fact(session, FACT) != str(seconds):
        session.merge(HomeFact(name=FACT, value=str(seconds)))


def lately(session: Session) -> timedelta:
    """What was told within it says who is there now: half an hour, or three walks."""
    return max(_LATELY, 3 * _period(session))


def lasting(session: Session) -> timedelta:
    """A card at a port for so long has been forgotten everywhere else: that takes three walks that
    do not tell it."""
    return max(_LASTING, 4 * _period(session))


def forgetting(session: Session) -> int:
    """For how many walks a link stays one without evidence: those of a working day, eight hours,
    and eight of them at least."""
    return max(_WALKS, _QUIET // _period(session))


def _period(session: Session) -> timedelta:
    told = home_fact(session, FACT)
    return timedelta(seconds=max(1, int(told)) if told.isdecimal() else _USUAL)
