"""First passwords: random, strong enough for Article 118, told once and kept nowhere."""

import secrets
import string

_SYMBOLS = "#%+-=@"


def first_password() -> str:
    """14 random characters that satisfy Article 118 and can be read off a screen."""
    alphabet = "".join(set(string.ascii_letters + string.digits) - set("Il1O0o"))
    letters = [secrets.choice(alphabet) for _ in range(10)]
    letters += [secrets.choice(group) for group in ("abcdefgh", "ABCDEFGH", "23456789", _SYMBOLS)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
