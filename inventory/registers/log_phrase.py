"""Phrases written into a duty log again and again (常用语): one click instead of a line."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session

from inventory.centre import Centre
from inventory.log_sections import LOG_TIERS, SECTIONS
from inventory.register import CentreRegister, entry
from inventory.yaml_text import load as load_yaml

_SEED = Path(__file__).parents[1] / "seed" / "log_phrases.yaml"


class LogPhrase(CentreRegister):
    """One phrase of one centre, offered in its section beside the usual ones."""

    __tablename__ = "log_phrase"
    slug: ClassVar[str] = "log-phrases"
    title: ClassVar[str] = "日志常用语"
    topic: ClassVar[str] = "值班日志"
    articles: ClassVar[tuple[int, ...]] = (26,)
    names: ClassVar[tuple[str, ...]] = ("text",)
    order: ClassVar[str] = "section"
    edit_act: ClassVar[str] = "record"

    centre_id: Mapped[str] = entry(
        "所属单位", "ref", refers="Centre", required=True, listed=True,
        among={"tier": ",".join(LOG_TIERS)},
    )  # fmt: skip
    section: Mapped[str] = entry("栏目", "choice", choices=SECTIONS, required=True, listed=True)
    text: Mapped[str] = entry(
        "常用语", required=True, listed=True, searched=True, longest=200,
        help="要填的数字留空格，例如：温度   ℃，湿度   %",
    )  # fmt: skip


def phrases(session: Session, centre: Centre) -> Mapping[str, tuple[str, ...]]:
    """Section → its phrases: the centre's own first, then the usual ones of its tier."""
    query = select(LogPhrase).where(
        LogPhrase.centre_id == centre.id, LogPhrase.retired_at.is_(None)
    )
    own: dict[str, list[str]] = {}
    for one in session.scalars(query.order_by(LogPhrase.id)):
        own.setdefault(one.section, []).append(one.text)
    usual = _usual()["township" if centre.tier == "township" else "centre"]
    return {key: tuple(dict.fromkeys((*own.get(key, ()), *usual.get(key, ())))) for key in SECTIONS}


@cache
def _usual() -> Mapping[str, Mapping[str, list[str]]]:
    told: Mapping[str, Mapping[str, list[str]]] = load_yaml(_SEED)
    return told
