"""Five states everywhere, the same words and the same colours; unreachable is nobody's fault."""

from flask_babel import lazy_gettext as _l

# Key = CSS class suffix. The order is worst first, as lists show it.
STATES = {
    "critical": _l("严重"),
    "warning": _l("警告"),
    "info": _l("提示"),
    "unreachable": _l("不可达"),
    "unknown": _l("未知"),
    "ok": _l("正常"),
}
_SAME = {"up": "ok", "down": "critical"}
_WORDS = {"down": _l("中断")}


def state_of(word: str | None) -> str:
    """The key of STATES for a device's own word (up, down, unreachable, unknown)."""
    key = _SAME.get(word or "", word or "unknown")
    return key if key in STATES else "unknown"


def word_of(word: str | None) -> str:
    """What to call it: a device that is down is 中断, any other matter of that colour 严重."""
    return str(_WORDS.get(word or "") or STATES[state_of(word)])
