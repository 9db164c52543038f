"""The rules of the stock book, as the database keeps them itself: no line takes what is not there.

A line of a kind has its rooms (`SHAPES`). In good order lies what came into a room and was not
taken from it since; set aside lies what waits there for scrapping; of a serialised part each
serial is in one place at a time.
"""

from collections.abc import Mapping

from inventory.triggers import trigger

KINDS: Mapping[str, str] = {
    "receive": "入库", "use": "领用装机", "take_out": "拆下", "move": "移库", "return": "退回",
    "aside": "待报废", "scrap": "报废上交", "count": "盘盈盘亏",
}  # fmt: skip
# kind → must name (from, to) a room; None: exactly one of them
SHAPES: Mapping[str, tuple[bool, bool] | None] = {
    "receive": (False, True), "use": (True, False), "take_out": (False, True),
    "move": (True, True), "return": (True, True), "aside": (True, True), "scrap": (True, False),
    "count": None,
}  # fmt: skip
OF_ASIDE = ("return", "scrap")  # they take from what is set aside, not from good stock
_LOCK = 4_100_031  # PostgreSQL: lines are written one after the other, whoever writes

_OF_THIS = "FROM stock_movement WHERE part_id = NEW.part_id AND batch = NEW.batch"
_COUNT = "SUM(CASE WHEN {} THEN quantity ELSE 0 END)"


def _balance(plus: str, minus: str) -> str:
    return f"(SELECT COALESCE({_COUNT.format(plus)} - {_COUNT.format(minus)}, 0) {_OF_THIS})"


_GOOD = _balance(
    "to_room_id = NEW.from_room_id AND kind <> 'aside'",
    "from_room_id = NEW.from_room_id AND kind NOT IN ('return', 'scrap')",
)
_ASIDE = _balance(
    "to_room_id = NEW.from_room_id AND kind = 'aside'",
    "from_room_id = NEW.from_room_id AND kind IN ('return', 'scrap')",
)
_FITTED = _balance(
    "equipment_id = NEW.equipment_id AND kind = 'use'",
    "equipment_id = NEW.equipment_id AND kind = 'take_out' AND NOT original",
)
_THERE = _balance(
    "kind = 'receive' OR (kind = 'count' AND to_room_id IS NOT NULL)"
    " OR (kind = 'take_out' AND original)",
    "kind = 'scrap' OR (kind = 'count' AND from_room_id IS NOT NULL)",
)
_ONE_ROOM = "((NEW.from_room_id IS NULL) <> (NEW.to_room_id IS NULL))"


def _shape(kind: str, rooms: tuple[bool, bool] | None) -> str:
    told = _ONE_ROOM
    if rooms is not None:
        words = ["NOT NULL" if wanted else "NULL" for wanted in rooms]
        told = f"NEW.from_room_id IS {words[0]} AND NEW.to_room_id IS {words[1]}"
    return f"(NEW.kind = '{kind}' AND {told})"


_SHAPED = " OR ".join(_shape(kind, rooms) for kind, rooms in SHAPES.items())
_NEW = (
    "(NEW.kind = 'receive' OR (NEW.kind = 'count' AND NEW.to_room_id IS NOT NULL)"
    " OR (NEW.kind = 'take_out' AND NEW.original))"
)
_WRONG: Mapping[str, str] = {
    "shape": f"NEW.quantity < 1 OR NOT ({_SHAPED})",
    "rooms": (
        "(NEW.kind = 'move' AND NEW.from_room_id = NEW.to_room_id)"
        " OR (NEW.kind IN ('aside', 'return') AND NEW.from_room_id <> NEW.to_room_id)"
    ),
    "good": (
        "NEW.from_room_id IS NOT NULL AND NEW.kind NOT IN ('return', 'scrap')"
        f" AND {_GOOD} < NEW.quantity"
    ),
    "aside": f"NEW.kind IN ('return', 'scrap') AND {_ASIDE} < NEW.quantity",
    "fitted": (
        "NEW.kind = 'take_out' AND (NEW.equipment_id IS NULL OR (NOT NEW.original"
        f" AND {_FITTED} < NEW.quantity))"
    ),
    "serial": (
        "(SELECT serialised FROM part WHERE id = NEW.part_id) AND (NEW.quantity <> 1"
        f" OR NEW.batch = '' OR ({_NEW} AND {_THERE} > 0))"
    ),
}


def _watch() -> None:
    wrong = " OR ".join(f"({one})" for one in _WRONG.values())
    told = "stock_movement: more than there is, or a line that cannot be"
    trigger(
        "stock_movement_sums", "stock_movement", event="INSERT",
        sqlite=f"SELECT RAISE(ABORT, '{told}') WHERE {wrong};",
        postgresql=(
            f"PERFORM pg_advisory_xact_lock({_LOCK});"
            f" IF {wrong} THEN RAISE EXCEPTION '{told}' USING ERRCODE = '23000'; END IF;"
        ),
    )  # fmt: skip


_watch()
