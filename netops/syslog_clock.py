"""The clock in front of a syslog message, as a dozen vendors write it.

A time without a zone is that of Asia/Shanghai (CST is China's here); a date without a year is the
one nearest to our own clock.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from inventory.shanghai import SHANGHAI

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = r"(?P<time>\d{1,2}:\d\d:\d\d)(?:[.:,](?P<part>\d{1,6}))?"
_OFFSET = r"(?: ?(?:(?P<z>Z)|(?P<offset>[+-]\d\d:?\d\d)))?"
_NAMED = r"(?: (?:DST\b|(?P<zone>[A-Z]{2,5}(?:[+-]\d{1,2}(?::\d\d)?)?)(?=:)))?"
UPTIME = r"(?:\d{1,2}[ywdh]\d{1,2}[wdhm]|\d{1,3}:\d\d:\d\d)(?=: )"  # since boot (Cisco)
STAMP = re.compile(
    r"(?:"
    rf"(?:(?P<first>\d{{4}}) )?(?P<month>{'|'.join(_MONTHS)}) +(?P<day>\d{{1,2}}) +"
    rf"(?:(?P<early>\d{{4}}) +)?{_TIME}"
    rf"(?: (?P<late>\d{{4}})(?!\d))?{_OFFSET}{_NAMED}"
    r"|(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ]+"
    + _TIME.replace("time", "clock").replace("part", "split")
    + _OFFSET.replace("<z>", "<z2>").replace("<offset>", "<offset2>")
    + r"|(?P<uptime>(?:\d{1,2}[ywdh]\d{1,2}[wdhm]|\d{1,3}:\d\d:\d\d)(?=: ))"
    r")"
)
_ZONES = {"UTC": 0, "GMT": 0, "CST": 8, "BJ": 8, "BJT": 8, "HKT": 8}
_NEAR = timedelta(days=1)
_GMT = re.compile(r"(?:UTC|GMT)([+-]\d{1,2})")


def said(found: re.Match[str], heard: datetime, mark: str = "") -> datetime | None:
    """The stamp as aware UTC; None for a time since boot, an impossible date, an unknown zone, or
    a clock that says itself it was never set (`*`, `.`) and is more than a day off."""
    if found["uptime"]:
        return None
    zone = _zone(found)
    if zone is None:
        return None
    try:
        at = _dated(found, heard, zone) if found["date"] else _monthly(found, heard, zone)
    except (ValueError, OverflowError):
        return None
    unset = mark in ("*", ".") and at is not None and abs(at - heard) > _NEAR
    return None if unset else at


def _dated(found: re.Match[str], heard: datetime, zone: tzinfo) -> datetime:
    year, month, day = map(int, re.split("[-/]", found["date"]))
    return _at((year, month, day), found["clock"], found["split"], zone)


def _monthly(found: re.Match[str], heard: datetime, zone: tzinfo) -> datetime | None:
    """With a year as it is told; without, of last year, this and next the nearest."""
    month, day = _MONTHS.index(found["month"]) + 1, int(found["day"])
    told = found["first"] or found["early"] or found["late"]
    years = [int(told)] if told else [heard.year + step for step in (-1, 0, 1)]
    possible = []
    for year in years:
        try:
            possible.append(_at((year, month, day), found["time"], found["part"], zone))
        except ValueError:
            continue  # the 29th of February
    return min(possible, key=lambda at: abs(at - heard), default=None)


def _at(day: tuple[int, int, int], clock: str, part: str | None, zone: tzinfo) -> datetime:
    hour, minute, second = map(int, clock.split(":"))
    micro = int((part or "0").ljust(6, "0"))
    return datetime(*day, hour, minute, min(second, 59), micro, zone).astimezone(UTC)


def _zone(found: re.Match[str]) -> tzinfo | None:
    offset = found["offset"] or found["offset2"]
    if found["z"] or found["z2"]:
        return UTC
    if offset:
        digits = offset[1:].replace(":", "")
        span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-span if offset[0] == "-" else span) if span < _NEAR else None
    return _named(found["zone"] or "")


def _named(zone: str) -> tzinfo | None:
    shifted = _GMT.fullmatch(zone)
    if shifted is not None:
        return timezone(timedelta(hours=int(shifted[1])))
    if not zone:
        return SHANGHAI
    return timezone(timedelta(hours=_ZONES[zone])) if zone in _ZONES else None
