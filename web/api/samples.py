"""Samples of the past: what one interface carried, cycle by cycle."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import RAISE

from inventory.device import Device
from inventory.interface import Interface
from netops.history import History, PortSample
from netops.traffic import rate
from web.access import allowed, person
from web.api import answers, examples
from web.api.door import READINGS, bp, documented
from web.api.paging import Asked, found, span, wrong
from web.api.questions import SamplesAsked
from web.current import database, settings

LONGEST = timedelta(days=35)  # raw samples are kept no longer
_COLUMNS = ("in_octets", "out_octets", "in_errors", "out_errors", "in_discards", "out_discards")


@bp.get("/devices/<device_id>/samples")
@documented(
    _l("一个接口过去的流量"),
    _l("每个采集周期一条，从旧到新；计数是设备给的 64 位原值，速率由相邻两条算出。"),
    READINGS,
)
@allowed("view")
@bp.input(SamplesAsked, location="query", unknown=RAISE)
@bp.output(answers.Samples, example=examples.SAMPLES)
def samples(device_id: str, query_data: Asked) -> Any:
    since, until = span(query_data, timedelta(days=1))
    if until - since > LONGEST:
        raise wrong("since", _("与 until 相隔不能超过 35 天"))
    key = query_data["interface"]
    with database().view(person().scope) as db:
        found(db, Device, device_id)
        port = db.get(Interface, key)
    if port is None or port.device_id != device_id:
        raise wrong("interface", _("这台设备没有这个接口"))
    told = History(settings().home / "history").ports(key, since, until)
    return _samples(key, since, until, told)


def _samples(key: int, since: datetime, until: datetime, told: Sequence[PortSample]) -> Response:
    """Ten thousand rows at most: written straight, the schema only documents them."""
    span = {"since": since.isoformat(), "until": until.isoformat()}
    return jsonify({"interface": key, **span, "items": list(_with_rates(told))})


def _with_rates(told: Sequence[PortSample]) -> Iterator[Mapping[str, Any]]:
    if told:
        yield _sample(told[0], None)
    for before, now in pairwise(told):
        yield _sample(now, before)


def _sample(now: PortSample, before: PortSample | None) -> Mapping[str, Any]:
    counters = dict(zip(_COLUMNS, now[2:], strict=True))
    return {
        "at": datetime.fromtimestamp(now[0], UTC).isoformat(),
        **counters,
        "in_bps": _bits(before, now, 2),
        "out_bps": _bits(before, now, 3),
    }


def _bits(before: PortSample | None, now: PortSample, column: int) -> float | None:
    if before is None:
        return None
    octets = rate(before[column], now[column], now[0] - before[0])
    return None if octets is None else round(octets * 8, 1)
