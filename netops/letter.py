"""What is sent, by what, and how it can fail: values that know no database and no socket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to one person. `id` stays the same when it is sent again; `facts` are for
    programs that read it (kind, level, link, …), JSON without secrets."""

    id: str
    name: str
    email: str
    mobile: str
    subject: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mail:
    """An SMTP submission. `security`: "starttls", "tls" or "none"; no `user`, no login."""

    host: str
    port: int
    security: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Web:
    """An address that takes a POST; `query` may hold a token, `key` signs the body."""

    url: str
    query: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the allow-listed `folder`, by its bare name."""

    folder: Path
    name: str


@dataclass(frozen=True, slots=True)
class Failure:
    """Why it did not get out: a Chinese sentence without secrets. `lasting`: asking again cannot
    help; `general`: the next message by this way would fail alike."""

    reason: str
    lasting: bool = False
    general: bool = True


def one_line(text: str) -> str:
    """Safe to stand in a head or an argument: what breaks lines becomes a space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
