"""The compliance sheet (配置合规检查表) of one device and of a scope: on paper and as a workbook,
from the same rows."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from inventory.batches import batches
from inventory.centre import Centre
from inventory.config_sections import MODES
from inventory.config_template import ConfigTemplate
from inventory.config_verdict import STATES as VERDICTS
from inventory.config_verdict import ConfigVerdict
from inventory.device import Device
from inventory.register import field_of
from playbooks.compliance import STATES
from web.access import person
from web.locale import moment
from web.printing import step
from web.queries.compliance import TABS, Board, Line, Told, deviations, told_of
from web.registers.names import Names, names
from web.workbook import Table, workbook

_HEADS = (
    "设备", "管理地址", "所属单位", "结论", "缺少", "多余", "豁免", "核对时间", "最近备份", "说明",
)  # fmt: skip
_SECTION_HEADS = ("模板", "章节", "要求", "依据", "结论", "行数", "缺少", "多余", "豁免")
_LINE_HEADS = ("模板", "章节", "依据", "情况", "配置行")
_BATCH = 20


def device_sheet(session: Session, device: Device) -> dict[str, Any]:
    """What the sheet of one device tells: facts, the table of its sections, every line."""
    told = told_of(session, device.id)
    parts = [row for one in told for row in _rows(one)]
    return {
        "title": device.name, "centre": session.get_one(Centre, device.centre_id).name,
        "device": device, "verdicts": [_verdict(one) for one in told],
        "tables": {
            _("章节"): [tuple(map(_, _SECTION_HEADS)), *parts],
            _("偏离和豁免"): [tuple(map(_, _LINE_HEADS)), *_lines(told)],
        },
    }  # fmt: skip


def paper_of(session: Session, found: Board, lines: Sequence[Line]) -> dict[str, Any]:
    """What the sheet of a scope tells: the count, every device, every line of those that deviate
    or are exempt."""
    wanting = [one for one in lines if one.missing or one.surplus or one.exempt]
    further: list[tuple[str, ...]] = []
    for number, batch in enumerate(batches([one.id for one in wanting])):
        step(number, len(wanting), _("逐台核对结果"))
        further += _of_devices(session, wanting, batch)
    return {
        "centre": _place(session), "counts": found.counts, "TABS": TABS,
        "tables": {
            _("设备"): [tuple(map(_, _HEADS)), *map(_cells, lines)],
            _("偏离和豁免"): [(_("设备"), *map(_, _LINE_HEADS)), *further],
        },
    }  # fmt: skip


def sheet_of(told: Mapping[str, Any], mark: str) -> BytesIO:
    """The tables of a sheet, and the chain's head, as a workbook."""
    tables: dict[str, Table] = dict(told["tables"])
    return workbook({**tables, _("审计链"): [(mark,)]})


def called(session: Session, devices: Sequence[Device]) -> Names:
    """What the units of these devices are called."""
    unit = field_of(Device, "centre_id")
    return names(session, [(unit, one.centre_id) for one in devices])


def _of_devices(
    session: Session, wanting: Sequence[Line], batch: Sequence[str]
) -> list[tuple[str, ...]]:
    query = (
        select(ConfigVerdict, ConfigTemplate)
        .join(ConfigTemplate, ConfigTemplate.id == ConfigVerdict.template_id)
        .where(ConfigVerdict.device_id.in_(batch))
        .order_by(ConfigTemplate.sort_key, ConfigTemplate.id)
    )
    by_device: dict[str, list[Told]] = {}
    for verdict, template in session.execute(query):
        by_device.setdefault(verdict.device_id, []).append(Told(verdict, template))
    mine = (one for one in wanting if one.id in by_device)
    return [(one.name, *row) for one in mine for row in _lines(by_device[one.id])]


def _lines(told: Sequence[Told]) -> list[tuple[str, ...]]:
    return [(*row[:3], _(row[3]), row[4]) for row in deviations(told)]


def _rows(one: Told) -> list[tuple[str, ...]]:
    return [_row(one.template.headline, part) for part in one.verdict.told]


def _row(template: str, part: Mapping[str, Any]) -> tuple[str, ...]:
    mode, state = MODES[part["mode"]], STATES[part["state"]]
    lists = (part[kind] for kind in ("missing", "surplus", "exempt"))
    return (
        template, part["name"], _(mode), part["articles"], _(state), str(part["lines"]),
        *(str(len(found)) for found in lists),
    )  # fmt: skip


def _verdict(one: Told) -> tuple[str, ...]:
    return (
        one.template.headline, _(VERDICTS[one.verdict.state]), moment(one.verdict.judged_at),
        one.verdict.why,
    )  # fmt: skip


def _cells(one: Line) -> tuple[str, ...]:
    counts = (str(one.missing), str(one.surplus), str(one.exempt))
    return (
        one.name, one.address, one.centre, _(TABS[one.state]),
        *(counts if one.judged_at else ("", "", "")),
        moment(one.judged_at) if one.judged_at else "",
        moment(one.success_at) if one.success_at else "", one.why,
    )  # fmt: skip


def _place(session: Session) -> str:
    top = next(iter(person().scope.paths), "/").strip("/").rpartition("/")[2]
    centre = session.get(Centre, top or person().centre_id)
    return centre.name if centre else ""
