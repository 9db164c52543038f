"""One configuration before it is kept: what it is, why it was read, and what is said of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backups.catalogue import Thing
from backups.textgit import Note
from backups.vault import Header
from inventory.config_snapshot import ORIGINS, ConfigSnapshot
from inventory.content import refused
from inventory.keys import new_key
from inventory.register import FieldError, Rejected
from inventory.sheets.csv_file import decode
from inventory.sheets.table import SheetError
from netops.config_read import ConfigRead
from netops.profile import Profile
from netops.redact import comparable
from netops.ssh_screen import decoded

LARGEST = 20_000_000  # bytes of a file that is brought in
LARGEST_TEXT = 4_000_000  # bytes; no box's configuration is near, and hiding secrets takes its time

_SAID = (("source", "从哪里改的"), ("evidence", "依据"), ("reason", "说明"))


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a configuration was read: `origin` is a key of ORIGINS; `author`, `source` and `evidence`
    what was heard of the change; `by_id` the person who asked."""

    origin: str
    author: str = ""
    source: str = ""
    evidence: str = ""
    reason: str = ""
    by_id: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """`text` is None for what is no text, `form` as in `Veil.form`, `saved` a key of SAVED, "" when
    nothing is known of that."""

    raw: bytes
    text: str | None
    form: str
    saved: str = ""

    @property
    def sha256(self) -> str:
        return digest(self.raw)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def header(thing: Thing, content: Content, cause: Cause, now: datetime, name: str = "") -> Header:
    """What its file in the vault says of it: all that the catalogue will."""
    further = {
        "author": cause.author, "source": cause.source, "evidence": cause.evidence,
        "reason": cause.reason, "by_id": cause.by_id or "", "file_name": name,
        "form": content.form,
    }  # fmt: skip
    return Header(
        snapshot=new_key(), device=thing.id, centre=thing.centre_id, taken_at=now,
        origin=cause.origin, sha256=content.sha256, size=len(content.raw), further=further,
    )  # fmt: skip


def words(thing: Thing, header: Header) -> str:
    """The message of its version: for whoever looks with git alone."""
    return _words(thing, header.snapshot, header.origin, header.further)


def noted(thing: Thing, row: ConfigSnapshot) -> Note:
    """What its version says of itself, once more from its row."""
    told = {name: getattr(row, name) for name, _label in _SAID}
    return Note(row.author, row.taken_at, _words(thing, row.id, row.origin, told))


def _words(thing: Thing, key: str, origin: str, told: Mapping[str, str]) -> str:
    facts = [f"{label}：{told[name]}" for name, label in _SAID if told[name]]
    return "\n".join([f"{thing.name} {ORIGINS[origin]}", "", *facts, f"备份编号：{key}", ""])


def saved(profile: Profile, read: ConfigRead) -> str:
    """Would the device boot with what it runs now? A key of SAVED; "" when it can be asked and
    did not tell this time: that does not say that what was unsaved is saved by now."""
    if read.saved is None:
        return "" if profile.config.saved else "unknown"
    same = comparable(profile, read.text) == comparable(profile, read.saved)
    return "yes" if same else "no"


def readable(data: bytes) -> str | None:
    """UTF-8 or GB18030 text; None for anything else, and for what is too long to be one."""
    if len(data) > LARGEST_TEXT:
        return None
    try:
        text = decode(data)
    except SheetError:
        return None
    odd = sum(not c.isprintable() and c not in "\t\r\n\f\x1b" for c in text)
    return text if odd * 100 <= len(text) else None


def untold(data: bytes) -> str:
    """Why a file cannot be read on the page, "" when it can."""
    if len(data) > LARGEST_TEXT:
        return f"超过 {LARGEST_TEXT // 1_000_000} MB"
    return "" if readable(data) is not None else "不是文字"


def text_of(origin: str, raw: bytes) -> str | None:
    """The text of what lies in the vault, as it was when it was kept."""
    return readable(raw) if origin == "import" else decoded(raw.decode("latin-1"))


def check(data: bytes, reason: str) -> None:
    """Refuse a file that is none, or one without a word of why. Raises Rejected."""
    if not data:
        raise refused("是空的，没有内容")
    if len(data) > LARGEST:
        raise refused(f"超过 {LARGEST // 1_000_000} MB；配置导出文件不应这么大，请核对")
    if not reason.strip():
        raise wrong("reason", "说明", "请写明为什么导出这份配置")


def check_new(thing: Thing, content: Content) -> None:
    """Refuse what is there already: of a file, its very bytes. Raises Rejected."""
    known = thing.latest.sha256 if thing.latest else ""
    same = known == content.sha256 if known else thing.same(content.form)
    if thing.latest is not None and same:
        raise refused(f"与 {thing.latest.label} 的备份完全相同，不需要再存")


def wrong(name: str, label: str, cause: str) -> Rejected:
    return Rejected((FieldError(name, label, cause),))
