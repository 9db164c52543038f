"""From rows to what is sent: the way a channel stands for, and the words of a message."""

from collections.abc import Sequence
from pathlib import Path

from inventory.channel import Channel
from inventory.notice import KINDS, LEVELS, Notice
from inventory.person import Person
from inventory.secret import Key, Sealed
from inventory.shanghai import SHANGHAI
from netops.letter import Letter, Mail, Program, Web
from netops.notify_mail import PORTS

FOLDER = "notify.d"


def way_of(channel: Channel, key: Key, home: Path) -> Mail | Web | Program:
    """Raises SecretError when a secret of the channel cannot be opened."""
    if channel.kind == "email":
        return Mail(
            channel.host or "", channel.port or PORTS[channel.security], channel.security,
            channel.sender or "", channel.user or "", _opened(channel.password, key),
        )  # fmt: skip
    if channel.kind == "webhook":
        query, signing = _opened(channel.url_query, key), _opened(channel.signing, key)
        return Web(channel.url or "", query, signing)
    return Program(home / FOLDER, channel.program or "")


def _opened(sealed: Sealed | None, key: Key) -> str:
    return key.open(sealed) if sealed else ""


def single(notice: Notice, person: Person, number: str, base: str = "") -> Letter:
    """One notice to one person; `number` tells a repeat from a new one, `base` is where people
    reach the console (https://…, "" not known)."""
    word = LEVELS[notice.level]
    where = (
        f"详情请登录值守台查看：{base}{notice.link}" if notice.link else "详情请登录值守台查看。"
    )
    facts = {
        "kind": notice.kind, "level": notice.level, "link": notice.link,
        "made_at": notice.made_at.isoformat(), **_whole(base, notice.link),
    }  # fmt: skip
    text = "\n\n".join(part for part in (notice.text, f"{_told(notice)}。{where}") if part)
    return letter(person, f"【{word}】{notice.title}", text, number, facts)


def digest(notices: Sequence[Notice], person: Person, number: str, base: str = "") -> Letter:
    """The day's notices in one message."""
    lines = [f"{n}. 【{LEVELS[one.level]}】{one.title}（{_told(one)}）"
             for n, one in enumerate(notices, 1)]  # fmt: skip
    text = "\n".join((*lines, "", f"详情请登录值守台查看：{base}/notices"))
    subject = f"值守台每日汇总：{len(notices)} 项"
    facts = {"kind": "digest", "link": "/notices", **_whole(base, "/notices")}
    return letter(person, subject, text, number, facts)


def letter(person: Person, subject: str, text: str, number: str, facts: dict[str, str]) -> Letter:
    return Letter(
        id=number, name=person.name, email=person.email or "", mobile=person.mobile or "",
        subject=subject, text=text, facts=facts,
    )  # fmt: skip


def _whole(base: str, link: str) -> dict[str, str]:
    return {"url": f"{base}{link}"} if base and link else {}


def _told(notice: Notice) -> str:
    return f"{KINDS[notice.kind]}，{notice.made_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
