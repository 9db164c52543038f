"""One spelling for what people type: MAC and IP notations, full-width forms, pinyin."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import chain
from typing import Any

# Huawei and H3C write H-H-H, Cisco H.H.H, Windows aa-bb, Linux aa:bb, labels bare digits.
_MAC_DIGITS = (
    r"(?:[0-9a-f]{2}(?P<pair>[:-]?)(?:[0-9a-f]{2}(?P=pair)){4}[0-9a-f]{2}"
    r"|[0-9a-f]{4}(?P<quad>[.-])[0-9a-f]{4}(?P=quad)[0-9a-f]{4})"
)
_WHOLE_MAC = re.compile(_MAC_DIGITS)
# Not inside something longer (a serial, a UUID), but a label and a colon may stand before it.
_MAC = re.compile(rf"(?<![0-9a-z])(?<![0-9a-z][.-]){_MAC_DIGITS}(?![0-9a-z])(?![:.-][0-9a-z])")
_LEADING_ZERO = re.compile(r"(?:[0-9]+\.){3}[0-9]+")
_DIGITS = re.compile(r"[0-9]+")
# What readings depend on: a whole run of Chinese. The same few names come again and again, and
# looking one up costs as much as all else that is done to a row.
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_KNOWN = 20_000
# Invisible marks that chat programs and browsers put around copied text.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065)]
)

# Readings of Henan place names in which the usual reading of the character is wrong.
_READINGS = {
    "长垣": [["cháng"], ["yuán"]],
    "长葛": [["cháng"], ["gě"]],
    "漯河": [["luò"], ["hé"]],
    "浚县": [["xùn"], ["xiàn"]],
    "南乐": [["nán"], ["lè"]],
    "召陵": [["shào"], ["líng"]],
    "魏都": [["wèi"], ["dū"]],
    "殷都": [["yīn"], ["dū"]],
}


def mac(text: str) -> str:
    """A MAC address as aa:bb:cc:dd:ee:ff from any vendor's notation, so that equal means equal.

    Raises ValueError with a Chinese cause.
    """
    plain = _plain(text)
    if not _WHOLE_MAC.fullmatch(plain):
        raise ValueError(f"“{text}”不是 MAC 地址，应为 12 位十六进制数，如 00:e0:fc:12:34:56")
    return _canonical_mac(plain)


def ip(text: str) -> str:
    """An IPv4 or IPv6 address in canonical form (RFC 5952), without mask or interface name.

    Raises ValueError with a Chinese cause.
    """
    plain = _plain(text).replace("。", ".")
    if "/" in plain:
        raise ValueError(f"“{text}”带有掩码，这里只填地址，请去掉“/”及后面的部分")
    if "%" in plain:
        raise ValueError(f"“{text}”带有网卡名，这里只填地址，请去掉“%”及后面的部分")
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        raise ValueError(_ip_cause(text, plain)) from None


def _ip_cause(text: str, plain: str) -> str:
    if _LEADING_ZERO.fullmatch(plain) and re.search(r"\b0[0-9]", plain):
        # inet_aton reads 010 as octal 8: what the person meant cannot be known.
        return f"“{text}”中有以 0 开头的一段，请去掉前面的 0，如 10.1.2.3"
    return f"“{text}”不是 IP 地址，应如 10.1.2.3 或 2001:db8::1"


def fold(query: str) -> str:
    """What a person typed into a search box, in the spelling `search_text` stores.

    Twelve bare decimal digits stay as they are: they may be an asset number, and
    `search_text` keeps MAC addresses without colons too.
    """
    return " ".join(_address(word) for word in _MAC.sub(_folded, _plain(query)).split())


def search_text(*parts: str) -> str:
    """Everything one row can be found by: its text, pinyin initials, MAC and IP forms."""
    plain = " ".join(filter(None, map(_plain, parts)))
    macs = [_canonical_mac(found.group()) for found in _MAC.finditer(plain)]
    more = chain(
        (pinyin_initials(part) for part in parts if not part.isascii()),
        macs,
        (found.replace(":", "") for found in macs),
        map(_address, plain.split()),
    )
    for form in more:
        if form not in plain:
            plain = f"{plain} {form}"
    return plain


def pinyin_initials(text: str) -> str:
    """First letters of the readings, as people type names: 兰考县城关镇交换机 → lkxcgzjhj."""
    letters = _FOREIGN.sub(lambda found: _initials(found.group()), _plain(text))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())


@cache
def _reader() -> Callable[..., list[str]]:
    """Its dictionaries take a quarter of a second to load: not for a command that reads nothing."""
    from pypinyin import lazy_pinyin, load_phrases_dict

    load_phrases_dict(_READINGS)
    return lazy_pinyin


def _read(run: str, style: str, **how: Any) -> list[str]:
    """The readings in a style of pypinyin, by its name."""
    from pypinyin import Style

    return _reader()(run, style=getattr(Style, style), **how)


@lru_cache(_KNOWN)
def _initials(run: str) -> str:
    return "".join(_read(run, "FIRST_LETTER"))


def pinyin(text: str) -> list[str]:
    """The readings without tones, a syllable each; other letters stay as they are."""
    return [syllable for syllable in _read(_plain(text), "NORMAL") if syllable.strip()]


def zh_sort_key(text: str) -> str:
    """A key that sorts digits by value, then Latin, then Chinese by pinyin and tone.

    Compare it by code point (in PostgreSQL: COLLATE "C").
    """
    plain = _DIGITS.sub(lambda found: found.group().zfill(12), _plain(text))
    return _FOREIGN.sub(lambda found: _sort_marks(found.group()), plain)


@lru_cache(_KNOWN)
def _sort_marks(run: str) -> str:
    # errors: one item a character, also where there is no reading
    readings = _read(run, "TONE3", neutral_tone_with_five=True, errors=list)
    return "".join(map(_sort_mark, run, readings))


def _sort_mark(letter: str, reading: str) -> str:
    """`~` puts Chinese after ASCII; the character itself tells equal readings apart."""
    return letter if reading == letter else f"~{reading}{letter}"


def visible(text: str) -> str:
    """The text without invisible marks: what looks the same is the same."""
    return text.translate(_INVISIBLE)


def _plain(text: str) -> str:
    """Half-width, lower case, single spaces, no invisible marks."""
    half = visible(unicodedata.normalize("NFKC", text)).lower()
    return " ".join(unicodedata.normalize("NFKC", half).split())


def _folded(found: re.Match[str]) -> str:
    token = found.group()
    return token if token.isdecimal() else _canonical_mac(token)


def _canonical_mac(plain: str) -> str:
    digits = re.sub(r"[^0-9a-f]", "", plain)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _address(word: str) -> str:
    """The canonical form of a word that is an IP address; any other word as it is."""
    if "." not in word and ":" not in word:
        return word
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        return word
