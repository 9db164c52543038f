"""A backup key as a person can write it down, keep it on paper, and type it again."""

from backups.standalone.open_set import ALPHABET, LINE, LINES, Unopened, check_of
from backups.standalone.open_set import key_from_text as _typed
from inventory.explained import Explained
from inventory.keyfile import SIZE


class Mistyped(Explained):
    """What was typed is no key; `reason` names the line, in Chinese."""


def key_text(key: bytes) -> str:
    """Four lines of four groups, in letters that are hard to confuse (Crockford's base32), each
    line with its own check: a typing error is found, and told where."""
    step = SIZE // LINES
    lines = (key[start : start + step] for start in range(0, SIZE, step))
    return "\n".join(f"{number}: {_line(number, data)}" for number, data in enumerate(lines, 1))


def key_from_text(text: str) -> bytes:
    """The 32 bytes again; small letters, spaces, O for 0 do no harm. Raises Mistyped."""
    try:
        return _typed(text)
    except Unopened as error:
        raise Mistyped(str(error)) from None


def _line(number: int, data: bytes) -> str:
    value = int.from_bytes(data, "big") << 16 | check_of(number, data) << 1
    letters = "".join(ALPHABET[value >> shift & 31] for shift in range(5 * LINE - 5, -1, -5))
    return "-".join(letters[start : start + 4] for start in range(0, LINE, 4))
