"""The Prometheus text format, version 0.0.4: small enough to be written by hand.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Sample:
    """One value. `suffix` is what a summary adds to its family's name ("_sum", "_count")."""

    value: float
    labels: Mapping[str, str]
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, its type, what it means, its samples."""

    name: str
    kind: Literal["gauge", "counter", "summary"]
    help: str
    samples: tuple[Sample, ...]


def family(name: str, kind: Literal["gauge", "counter"], text: str, value: float | None) -> Family:
    """A metric of one value without labels; None has nothing to say and is left out."""
    return Family(name, kind, text, () if value is None else (Sample(value, {}),))


def exposition(families: Iterable[Family]) -> str:
    """The page a Prometheus server reads; families without samples are left out."""
    return "".join(line + "\n" for each in families if each.samples for line in _lines(each))


def _lines(each: Family) -> Iterable[str]:
    yield f"# HELP {each.name} {_escaped(each.help)}"
    yield f"# TYPE {each.name} {each.kind}"
    for sample in each.samples:
        yield f"{each.name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}"


def _labels(labels: Mapping[str, str]) -> str:
    told = (f'{name}="{_quoted(text)}"' for name, text in labels.items())
    return f"{{{','.join(told)}}}" if labels else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', '\\"')


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(float(value)).removesuffix(".0")
