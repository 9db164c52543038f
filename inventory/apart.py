"""三员分立, kept by the database itself: whoever writes the table without us is refused, too.

A person holds one of the three separated roles at a time; break-glass grants (`lapses_at`) are
left out, because `grant.held` sets the holder's own seat aside while one lasts.
"""

from inventory import triggers
from inventory.role import SEPARATED

_TURN = 4_100_009  # PostgreSQL advisory lock: two grants to one person take turns
_THREE = ", ".join(f"'{role}'" for role in SEPARATED)
_SEAT = f'{{row}}."role" IN ({_THREE}) AND {{row}}.retired_at IS NULL AND {{row}}.lapses_at IS NULL'
_ANOTHER = f"""EXISTS (SELECT 1 FROM "grant" AS held WHERE held.person_id = NEW.person_id
 AND held.id <> NEW.id AND held."role" <> NEW."role" AND {_SEAT.format(row="held")}
 AND coalesce(held.starts, {{first}}) <= coalesce(NEW.ends, {{last}})
 AND coalesce(NEW.starts, {{first}}) <= coalesce(held.ends, {{last}}))"""
_BACK = "OLD.agreed_at IS NOT NULL AND OLD.retired_at IS NOT NULL AND NEW.retired_at IS NULL"
_ENDED = "grant: what was ended does not come back; give it anew"
_LONG = "grant: a break-glass grant lasts eight hours at most"
_SAID = "grant: one person holds one of the three administrators only"


def _sqlite() -> str:
    met = _ANOTHER.format(first="'0001-01-01'", last="'9999-12-31'")
    return f"SELECT RAISE(ABORT, '{_SAID}') WHERE {_SEAT.format(row='NEW')} AND {met};"


def _postgresql() -> str:
    """The lock first: of two at once, the second sees what the first has committed."""
    met = _ANOTHER.format(first="DATE '0001-01-01'", last="DATE '9999-12-31'")
    return (
        f"IF {_SEAT.format(row='NEW')} THEN"
        f" PERFORM pg_advisory_xact_lock({_TURN}, hashtext(NEW.person_id));"
        f" IF {met} THEN RAISE EXCEPTION '{_SAID}' USING ERRCODE = '23000'; END IF;"
        f" END IF;"
    )


for _event in ("INSERT", "UPDATE"):
    triggers.trigger(
        f"grant_apart_{_event.lower()}", "grant", event=_event, sqlite=_sqlite(),
        postgresql=_postgresql(),
    )  # fmt: skip
    triggers.trigger(
        f"grant_lapses_{_event.lower()}", "grant", event=_event,
        sqlite=f"SELECT RAISE(ABORT, '{_LONG}')"
        " WHERE julianday(NEW.lapses_at) - julianday(NEW.agreed_at) > 8.02 / 24;",
        postgresql="IF NEW.lapses_at > NEW.agreed_at + interval '8 hours 1 minute' THEN"
        f" RAISE EXCEPTION '{_LONG}' USING ERRCODE = '23000'; END IF;",
    )  # fmt: skip
triggers.trigger(
    "grant_ended", "grant",
    sqlite=f"SELECT RAISE(ABORT, '{_ENDED}') WHERE {_BACK};",
    postgresql=f"IF {_BACK} THEN RAISE EXCEPTION '{_ENDED}' USING ERRCODE = '23000'; END IF;",
)  # fmt: skip
