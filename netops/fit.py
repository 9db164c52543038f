"""What devices tell, made to fit: a value no column holds must not cost the others their cycle."""

_HIGHEST = 2**63  # of a BIGINT, and of SQLite's INTEGER


def text(told: str, room: int | None = None) -> str:
    """Without NULs (PostgreSQL refuses them) and half characters (UTF-8 has none), cut to `room`
    characters."""
    return told.replace("\x00", "").encode("utf-8", "replace").decode()[:room]


def whole(told: int) -> int:
    """0 for what no column holds: a broken agent answers Counter64 where a speed belongs."""
    return told if 0 <= told < _HIGHEST else 0
