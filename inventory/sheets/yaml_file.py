"""YAML as a list of mappings, every scalar taken as it is written (010 stays 010)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from inventory.sheets.table import Mark, Sheet, SheetError, Words, table, unmarked

_BATCH = 200
_NULLS = {"", "~", "null", "Null", "NULL"}
_SHAPE = "应是一个列表，每一项以“- ”开头，下面是“列名: 值”"


def read_yaml(text: str, known: Words = ()) -> Sheet:
    """The table in a YAML text; a row's number is the line it starts on; its keys are the header,
    so `known` words are not needed to find it. Raises SheetError."""
    del known
    try:
        rows = list(_rows(iter(yaml.parse(text, Loader=yaml.CSafeLoader))))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SheetError(f"第 {line} 行", "不是合格的 YAML，请检查缩进、冒号和引号") from None
    except yaml.YAMLError:
        raise SheetError("文件", "含有 YAML 不允许的控制字符，请去掉后再导入") from None
    columns = list(dict.fromkeys(chain.from_iterable(cells for _, cells in rows)))
    body = ((number, [cells.get(name, "") for name in columns]) for number, cells in rows)
    return table(chain([(0, columns)], body))


def write_yaml(
    columns: Sequence[str], rows: Iterable[Sequence[str]], mark: Mark = unmarked
) -> bytes:
    """A table as UTF-8 YAML, one mapping a row; an empty table is `[]`; `mark` is a comment."""
    mappings = (dict(zip(columns, row, strict=True)) for row in rows)
    parts = []
    while batch := list(islice(mappings, _BATCH)):
        parts.append(yaml.dump(batch, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False))
    told = mark()
    return (("".join(parts) or "[]\n") + (f"{told}\n" if told else "")).encode()


# Events, not nodes: composing nodes recurses in C, and a file of brackets would end the process.
def _rows(events: Iterator[Event]) -> Iterator[tuple[int, dict[str, str]]]:
    for opening in (StreamStartEvent, DocumentStartEvent, SequenceStartEvent):
        _expect(next(events), opening, _SHAPE)
    while not isinstance(event := next(events), SequenceEndEvent):
        _expect(event, MappingStartEvent, _SHAPE)
        yield _line(event), _cells(events)
    for closing in (DocumentEndEvent, StreamEndEvent):
        _expect(next(events), closing, "只能有一个列表，请去掉“---”及后面的内容")


def _cells(events: Iterator[Event]) -> dict[str, str]:
    cells: dict[str, str] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        name = _scalar(event)
        if name in cells:
            raise SheetError(f"第 {_line(event)} 行", f"“{name}”在这一项里写了两次")
        cells[name] = _scalar(next(events))
    return cells


def _scalar(event: Event) -> str:
    if not isinstance(event, ScalarEvent):
        raise SheetError(f"第 {_line(event)} 行", "每一列只能是一个值，不能是列表、子项或引用")
    return "" if event.implicit[0] and event.value in _NULLS else str(event.value)


def _expect(event: Event, kind: type[Event], cause: str) -> None:
    if not isinstance(event, kind):
        raise SheetError(f"第 {_line(event)} 行", cause)


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
