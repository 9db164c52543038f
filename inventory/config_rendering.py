"""Filling a template with the facts of one device, by a language that can do nothing else.

Of Jinja there are left: a fact, `if`, `for` over the words of a fact, comparisons and a few
filters. No attribute, no call, no assignment: what is not listed is refused by its line before
anything runs, so a template reaches nothing and ends soon.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NoReturn

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from inventory.config_sections import Wrong

LONGEST = 60_000  # characters of a template
LARGEST = 400_000  # characters of what it becomes
MOST = 64  # words of one fact
_DEEPEST = 2  # loops within each other
_NESTED = "括号或 if 套得太深"
_FILTERS = frozenset(("split", "upper", "lower", "default", "d"))
_TESTS = frozenset(("defined", "undefined"))
_OURS = frozenset(("self", "loop"))  # names that Jinja fills in itself
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.For, nodes.Const,
    nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Tuple,
)  # fmt: skip
_BETWEEN = re.compile(r"[\s,，、;；]+")


class Unknown(Wrong):
    """A fact that the template asks for and nobody has entered for the device: `fact`."""

    def __init__(self, line: int, fact: str) -> None:
        super().__init__(line, f"缺少设备参数“{fact}”，请先在“设备参数”中登记")
        self.fact = fact


class _Absent(StrictUndefined):
    """A fact without a value says its own name."""

    def _fail_with_undefined_error(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise Unknown(0, self._undefined_name or "")

    __str__ = __iter__ = __len__ = __bool__ = _fail_with_undefined_error
    __eq__ = __ne__ = __hash__ = _fail_with_undefined_error


def _split(text: str) -> list[str]:
    words = [word for word in _BETWEEN.split(str(text)) if word]
    if len(words) > MOST:
        raise Wrong(0, f"一个参数最多 {MOST} 项，现有 {len(words)} 项")
    return words


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, undefined=_Absent, keep_trailing_newline=True,
    )  # fmt: skip
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS - {"split"}} | {"split": _split}
    made.tests = {name: made.tests[name] for name in _TESTS} | {
        name: made.tests[name] for name in ("eq", "ne", "in")
    }
    return made


_JINJA = _environment()


def render(source: str, facts: Mapping[str, str]) -> str:
    """The lines for one device. Raises Wrong naming the line, Unknown the fact that is missing."""
    compiled = _compiled(source)
    made, size = [], 0
    try:
        for piece in compiled.generate(dict(facts)):
            made.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise Wrong(0, f"生成的内容超过 {LARGEST} 个字，请精简模板")
    except Unknown as unknown:
        raise Unknown(_line_of(source, unknown.fact), unknown.fact) from None
    return "".join(made)


def check(source: str) -> None:
    """Is it of the language? Raises Wrong naming the line."""
    _compiled(source)


def wanted(source: str) -> tuple[str, ...]:
    """The names of the facts it asks for. Raises Wrong as `check` does."""
    tree = _parsed(source)
    bound = {one.name for one in tree.find_all(nodes.Name) if one.ctx == "store"}
    return tuple(sorted({one.name for one in tree.find_all(nodes.Name)} - bound))


@lru_cache(64)
def _compiled(source: str):  # type: ignore[no-untyped-def]  # jinja2.Template, of no name of ours
    _parsed(source)
    try:
        return _JINJA.from_string(source)
    except (RecursionError, SyntaxError):  # Python nests twenty blocks
        raise Wrong(0, _NESTED) from None


def _parsed(source: str) -> nodes.Template:
    if len(source) > LONGEST:
        raise Wrong(0, f"模板最多 {LONGEST} 个字，现有 {len(source)} 个")
    try:
        tree = _JINJA.parse(source)
    except TemplateSyntaxError as error:
        raise Wrong(error.lineno, f"模板语法有误（{error.message}）") from None
    except RecursionError:
        raise Wrong(0, _NESTED) from None
    _look(tree, 0)
    return tree


def _look(node: nodes.Node, deep: int) -> None:
    for line, cause in _refused(node, deep):
        raise Wrong(line, cause)
    for inner in node.iter_child_nodes():
        _look(inner, deep + isinstance(node, nodes.For))


def _refused(node: nodes.Node, deep: int) -> Iterator[tuple[int, str]]:
    if not isinstance(node, _ALLOWED):
        yield node.lineno, "模板里只能用参数、if、for 和比较，不能取属性、调用或赋值"
    if isinstance(node, nodes.Name) and node.name in _OURS:
        yield node.lineno, f"“{node.name}”不是参数"
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        yield node.lineno, f"没有名为“{node.name}”的过滤器，可用：{'、'.join(sorted(_FILTERS))}"
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        yield node.lineno, f"没有名为“{node.name}”的判断，可用：{'、'.join(sorted(_TESTS))}"
    if isinstance(node, nodes.For):
        yield from _loop(node, deep)


def _loop(node: nodes.For, deep: int) -> Iterator[tuple[int, str]]:
    words = isinstance(node.iter, nodes.Filter) and node.iter.name == "split"
    if not words:
        yield node.lineno, "for 只能逐项取一个参数：{% for one in 参数|split %}"
    if node.recursive or deep >= _DEEPEST:
        yield node.lineno, f"for 最多套 {_DEEPEST} 层"


def _line_of(source: str, fact: str) -> int:
    found = (one.lineno for one in _parsed(source).find_all(nodes.Name) if one.name == fact)
    return next(found, 0)
