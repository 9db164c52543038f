"""What is weak about a device's secret, in words that do not tell the secret (Article 118)."""

import re

from inventory.password import About, weaknesses
from inventory.policy import Policy

# What agents and boxes are delivered with; every scanner tries these first.
KNOWN = frozenset(
    (
        "public", "private", "community", "snmp", "read", "write", "readonly", "readwrite",
        "admin", "root", "manager", "monitor", "cisco", "huawei", "h3c", "ruijie", "zte", "default",
        "admin123", "admin@123", "admin@huawei.com", "changeme", "123456", "88888888", "postgres",
    )
)  # fmt: skip
_QUOTED = re.compile(r"“[^”]*”")  # a piece of the password itself


def weakness(name: str, text: str, rules: Policy, user: str = "") -> str:
    """Why the secret in field `name` is weak, "" when it is not. A community is judged by what
    everybody knows only: devices allow little else in it, and it travels in clear anyway."""
    if text.lower() in KNOWN:
        return "是出厂默认或人人都知道的"
    if user and text.lower() == user.lower():
        return "与用户名相同"
    if name == "community":
        return ""
    found = weaknesses(
        text, About(login=user), length=rules.password_length, classes=rules.password_classes
    )
    return "、".join(_QUOTED.sub("", cause) for cause in found)
