"""A vendor file read fact by fact; whatever is wrong or left over is named by file and field."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import yaml

from inventory.yaml_text import load as load_yaml
from netops.errors import Unreadable

# What is said of one file only, and not of those that extend it.
_OWN = ("title", "sys_object_ids", "sys_descr", "refines", "verified", "unproven", "extends")

_OID = re.compile(r"(0|1|2)(\.(0|[1-9]\d*))+")


class ProfileError(Unreadable):
    """A vendor file cannot be used; `file` and `field` say where to look."""

    def __init__(self, file: str, field: str, cause: str, detail: str = "") -> None:
        where = f"「{field}」" if field else ""
        super().__init__(f"厂商档案 {file} {where}有误：{cause}。请改正该文件后重新载入。", detail)
        self.file = file
        self.field = field


class Facts:
    """One mapping of a vendor file. Each read takes its key away; `end` refuses the rest."""

    def __init__(self, file: str, path: str, content: object) -> None:
        if not isinstance(content, dict):
            raise ProfileError(file, path, "应为若干「键: 值」")
        self._file = file
        self._path = path
        self._left = {str(key): value for key, value in content.items()}

    @classmethod
    def read(cls, file: Path) -> Self:
        """The top mapping of a YAML file, with what it takes over from the file it `extends`."""
        content = _content(file)
        base = content.pop("extends", "") if isinstance(content, dict) else ""
        if not base:
            return cls(file.name, "", content)
        return cls(file.name, "", _inherited(file, base) | content)

    def wrong(self, key: str, cause: str, detail: str = "") -> ProfileError:
        """The error to raise about one field of this mapping."""
        return ProfileError(self._file, f"{self._path}.{key}".lstrip("."), cause, detail)

    def has(self, key: str) -> bool:
        return key in self._left

    def text(self, key: str, default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, "缺少文字" if value is None else f"应为文字，而不是 {value!r}")
        return value.strip()

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = str(self._left.pop(key, default))
        if value not in allowed:
            raise self.wrong(key, f"应为 {'、'.join(allowed)} 之一，而不是 {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, "应为 true 或 false")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self._left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(key, f"应为数字，而不是 {value!r}")
        return float(value)

    def optional_number(self, key: str) -> float | None:
        return self.number(key) if self.has(key) else None

    def span(self, key: str, default: tuple[float, float]) -> tuple[float, float]:
        """`[low, high]`, both included."""
        value = self._left.pop(key, list(default))
        match value:
            case [int() | float() as low, int() | float() as high] if low <= high:
                return float(low), float(high)
        raise self.wrong(key, "应为 [下限, 上限]")

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone will do, and so will none."""
        value = self._left.pop(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.wrong(key, "应为文字列表")
        return tuple(items)

    def values(self, key: str) -> tuple[str, ...]:
        """A list of texts or whole numbers, as text."""
        value = self._left.pop(key, None)
        items = value if isinstance(value, list) else [value]
        if not items or not all(isinstance(item, str | int) for item in items):
            raise self.wrong(key, "应为文字或整数的列表")
        return tuple(str(item) for item in items)

    def oid(self, key: str) -> str:
        return self._checked_oid(key, self.text(key))

    def optional_oid(self, key: str) -> str:
        return self.oid(key) if self.has(key) else ""

    def oids(self, key: str) -> tuple[str, ...]:
        return tuple(self._checked_oid(key, oid) for oid in self.texts(key))

    def all_oids(self) -> dict[str, str]:
        """Every key of this mapping with its OID."""
        return {key: self.oid(key) for key in list(self._left)}

    def all_texts(self) -> dict[str, str]:
        """Every key of this mapping with its text; keys are regular expressions."""
        return {self._compiled(key, key).pattern: self.text(key) for key in list(self._left)}

    def pattern(self, key: str) -> re.Pattern[str] | None:
        """A regular expression, or None when the file names none."""
        return self._compiled(key, self.text(key)) if self.has(key) else None

    def patterns(self, key: str) -> tuple[re.Pattern[str], ...]:
        """A list of regular expressions."""
        return tuple(self._compiled(key, source) for source in self.texts(key))

    def _compiled(self, key: str, source: str) -> re.Pattern[str]:
        try:
            return re.compile(source)
        except re.error as error:
            raise self.wrong(key, "不是有效的正则表达式", str(error)) from error

    def inner(self, key: str) -> "Facts":
        """A mapping inside this one; empty when absent."""
        return Facts(self._file, f"{self._path}.{key}".lstrip("."), self._left.pop(key, {}))

    def each(self) -> Iterator[tuple[str, Sequence["Facts"]]]:
        """Every remaining key with its mapping, or its list of alternative mappings."""
        for key in list(self._left):
            content = self._left.pop(key)
            path = f"{self._path}.{key}".lstrip(".")
            items = content if isinstance(content, list) else [content]
            yield key, [Facts(self._file, path, item) for item in items]

    def end(self) -> None:
        """Refuse what nobody asked for: a misspelt key must not be ignored in silence."""
        for key in self._left:
            raise self.wrong(key, "不认识这个键")

    def _checked_oid(self, key: str, oid: str) -> str:
        if not _OID.fullmatch(oid):
            raise self.wrong(key, f"{oid!r} 不是 OID（形如 1.3.6.1.2.1.1.5，开头没有点）")
        return oid


def _content(file: Path) -> Any:
    try:
        return load_yaml(file)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ProfileError(file.name, "", "不是有效的 YAML", str(error)) from error


def _inherited(file: Path, base: object) -> dict[Any, Any]:
    """What one file takes over from another, which may do so itself; a base that is no mapping is
    told when it is read."""
    other = file.parent / f"{base}.yaml"
    if not other.is_file():
        raise ProfileError(file.name, "extends", f"没有名为 {base!r} 的厂商档案")
    content = _content(other)
    mapping = content if isinstance(content, dict) else {}
    above = mapping.get("extends", "")
    if above and above in (base, file.stem):
        raise ProfileError(other.name, "extends", "不能绕回自己")
    whole = (_inherited(other, above) if above else {}) | mapping
    return {key: value for key, value in whole.items() if key not in _OWN}
