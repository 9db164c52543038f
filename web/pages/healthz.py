"""/healthz: is the console alive, for probes and for whoever starts it. No login."""

from datetime import UTC, datetime

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from inventory.act import EVERYTHING
from web.access import anonymous
from web.current import database, settings
from web.queries.overview import counts
from web.queries.sweeps import pulse

bp = Blueprint("healthz", __name__)

# By it a page that waits for a restart knows the new process from the old, however quick it was.
_STARTED = datetime.now(UTC).isoformat()
_STATES = ("up", "down", "unreachable", "unknown")


@bp.get("/healthz")
@anonymous
def healthz() -> ResponseReturnValue:
    """`ok` while status sweeps keep finishing, `degraded` when they do not (200 both: the pages
    still answer), `down` (503) when the database does not answer."""
    now = datetime.now(UTC)
    try:
        with database().view(EVERYTHING) as session:
            devices = counts(session)
            last = pulse(session, settings().status_seconds, now)
    except SQLAlchemyError:
        return _answer("down", {}, None), 503
    age = None if last.at is None else max(0.0, (now - last.at).total_seconds())
    return _answer("degraded" if last.late else "ok", devices, age)


def _answer(status: str, devices: dict[str, int], age: float | None) -> dict[str, object]:
    return {
        "status": status,
        "devices": {state: devices.get(state, 0) for state in _STATES},
        "sweep_age_s": None if age is None else round(age, 1),
        "started": _STARTED,
    }
