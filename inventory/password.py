"""First passwords, and what makes a password weak (Article 118: longer than 8, mixed).

Pure: `weaknesses` knows the password and what everybody knows about its owner, nothing else.
"""

import re
import secrets
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from inventory.keyboard import runs
from inventory.text import pinyin, pinyin_initials
from inventory.yaml_text import load as load_yaml

_SYMBOLS = "#%+-=@"
_WORDS = Path(__file__).parent / "seed" / "weak_words.yaml"
_CLASSES: tuple[Callable[[str], bool], ...] = (
    str.isdigit, str.islower, str.isupper, lambda letter: not letter.isalnum(),
)  # fmt: skip
_LEET = str.maketrans("@4310$5!7", "aaeiossit")
_YEAR = re.compile(r"(?:19|20)\d\d(?:(?:0\d|1[0-2])(?:[0-2]\d|3[01])?)?")
_UNIT_ENDS = re.compile(r"(?:省|市|县|区|乡|镇|街道|办事处|中心)$")
_ALIKE = 3  # the same character so often in a row
_SHORT = 5  # a name shorter than this may stand in another word by chance
_LEFT = 6  # characters that must remain beside common words and years


@dataclass(frozen=True, slots=True)
class About:
    """What everybody knows about the owner: login, Chinese name, units from one's own upwards."""

    login: str = ""
    name: str = ""
    units: tuple[str, ...] = ()


def first_password() -> str:
    """14 random characters that satisfy Article 118 and can be read off a screen."""
    while weaknesses(drawn := _drawn(), About()):
        pass  # chance, too, puts four neighbouring keys side by side
    return drawn


def _drawn() -> str:
    alphabet = "".join(set(string.ascii_letters + string.digits) - set("Il1O0o"))
    letters = [secrets.choice(alphabet) for _ in range(10)]
    letters += [secrets.choice(group) for group in ("abcdefgh", "ABCDEFGH", "23456789", _SYMBOLS)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def weaknesses(
    password: str, about: About, *, length: int = 12, classes: int = 3
) -> tuple[str, ...]:
    """Why this password may not be used, each cause in a person's words; () when it may."""
    return tuple(_weaknesses(password, about, length, classes))


def _weaknesses(password: str, about: About, length: int, classes: int) -> Iterator[str]:
    plain = password.lower()
    if len(password) < length:
        yield f"太短：至少 {length} 位"
    if sum(any(test(letter) for letter in password) for test in _CLASSES) < classes:
        yield f"字符种类太少：数字、小写、大写、符号至少要有 {classes} 种"
    if found := next(_repeats(password), ""):
        yield f"有重复的字符“{found}”"
    if found := next(runs(plain), ""):
        yield f"有键盘上连着的键或顺序字符“{found}”"
    if found := _known(password, about):
        yield f"含有{found}"
    if _common(plain):
        yield "是常见口令，或只在常见口令上加了年份、数字"


def _repeats(password: str) -> Iterator[str]:
    """aaa, and a whole password that says one thing twice or more."""
    for _letter, same in groupby(password.lower()):
        run = "".join(same)
        if len(run) >= _ALIKE:
            yield run
    if len(password) > 1 and (at := (password + password).find(password, 1)) < len(password):
        yield password[:at]


def _known(password: str, about: About) -> str:
    """Which of the owner's own names stands in it; "" when none does."""
    for what, names in (
        ("登录名", _spellings(about.login)),
        ("本人姓名或其拼音", _person_names(about.name)),
        ("单位名称、其拼音或首字母", _unit_names(about.units)),
    ):
        if any(_stands_in(name.lower(), password.lower()) for name in names):
            return what
    return ""


def _stands_in(name: str, plain: str) -> bool:
    """A long name anywhere, a short one as a word of its own, two letters only beside a year."""
    if len(name) < 2:
        return False
    if len(name) >= _SHORT or not name.isascii():
        return name in plain or name in plain.translate(_LEET)
    word = rf"(?<![a-z]){re.escape(name)}(?![a-z])"
    year = r"(?:19|20)?\d\d"
    beside = rf"{word}[^a-z0-9]?{year}|{year}[^a-z0-9]?{word}"
    return bool(re.search(beside if len(name) == 2 else word, plain))


def _spellings(login: str) -> set[str]:
    """The login, and its words when it is put together of several."""
    return {login, *(part for part in re.split(r"[^a-z]+", login.lower()) if len(part) > 2)}


def _person_names(name: str) -> set[str]:
    """王建国: in Chinese, wangjianguo, jianguowang, jianguo, wangjg, wjg."""
    said = pinyin(name)
    if not said:
        return set()
    family, given, initials = said[0], "".join(said[1:]), pinyin_initials(name)
    spelt = {family + given, given + family, given, family + initials[1:], initials}
    return {one for one in {name, *spelt} if len(one) > 1}


def _unit_names(units: tuple[str, ...]) -> set[str]:
    """兰考县…中心: the whole and the short name, each in Chinese, in pinyin and as initials."""
    shortened = {short for unit in units for short in _shortened(unit)}
    said = {"".join(pinyin(unit)) for unit in shortened}
    return shortened | said | {pinyin_initials(unit) for unit in shortened}


def _shortened(unit: str) -> Iterator[str]:
    """The name, its place (up to 省 市 县 区 乡 镇), and the place without that word."""
    yield unit
    place = re.match(r".{2,4}?[省市县区乡镇]", unit)
    for name in (place.group() if place else "", unit):
        short = _UNIT_ENDS.sub("", name)
        yield from (one for one in (name, short) if len(one) > 1)


def _common(plain: str) -> bool:
    """Is too little left when common words and years are taken out of it?"""
    left = _YEAR.sub(" ", _without_words(plain))
    same = _without_words(plain.translate(_LEET))
    return len(re.sub(r"\W", "", left)) < _LEFT or len(re.sub(r"[\W\d_]", "", same)) == 0


def _without_words(plain: str) -> str:
    return _word_pattern().sub(" ", plain)


@cache
def _word_pattern() -> re.Pattern[str]:
    words: list[str] = load_yaml(_WORDS)["words"]
    longest_first = sorted(map(str, words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
