"""The judging of configurations: one good and one bad configuration for every family, and what must
hold of any template at all."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.config_secret import secret_line
from inventory.config_sections import Wrong
from playbooks.baselines import baselines
from playbooks.compliance import BETWEEN, Exemption, Sheet, judge
from playbooks.complying import filled
from playbooks.config_tree import Path as Lines
from playbooks.config_tree import Tree, paths, tree
from playbooks.remedy import Remedy, remedy
from tests.patience import GAVE_UP

GOLDEN = {file.stem: file for file in (Path(__file__).parent / "compliance").glob("*.yaml")}
NEGATION = {"vrp": "undo ", "comware": "undo "}


def said(found: Any) -> list[str]:
    return [BETWEEN.join(path) for path in found]


def wrong(sheet: Sheet, kind: str) -> list[str]:
    return said(path for one in sheet.findings for path in getattr(one, kind))


def test_every_template_that_comes_along_has_its_example() -> None:
    assert GOLDEN.keys() == baselines().keys()


@pytest.mark.parametrize("key", sorted(baselines()))
def test_a_vendor_s_configuration_is_judged_as_a_person_would(key: str) -> None:
    told, base = yaml.safe_load(GOLDEN[key].read_text("utf-8")), baselines()[key]
    wanted = filled(base.body, told["facts"], lambda word: told["defaults"].get(word, "000000"))
    good = judge(wanted, told["good"], base.family)
    assert (good.state, wrong(good, "missing"), wrong(good, "surplus")) == ("ok", [], [])
    bad = judge(wanted, told["bad"], base.family)
    assert wrong(bad, "missing") == told["missing"]
    assert wrong(bad, "surplus") == told["surplus"]
    proposed = remedy(bad, told["bad"], base.family)
    assert list(proposed.lines) == told["remedy"]
    assert said(proposed.left) == told["left"]


def apply(before: str, lines: tuple[str, ...], family: str) -> Tree:
    """What the device would hold after these lines, told by somebody who knows only `undo`."""
    got = tree(family, before)
    enter(got, tree(family, "\n".join(lines)), NEGATION.get(family, "no "))
    return got


def enter(got: Tree, told: Tree, word: str) -> None:
    for line, below in told.items():
        if line.startswith(word):
            got.pop(line.removeprefix(word))
        else:
            enter(got.setdefault(line, {}), below, word)


def typed(found: Tree, deep: int = 0) -> str:
    return "".join(f"{' ' * deep}{line}\n{typed(below, deep + 1)}" for line, below in found.items())


def without(found: Tree, path: Lines) -> Tree:
    return {
        line: without(below, path[1:]) if line == path[0] else below
        for line, below in found.items()
        if (line,) != path
    }


def at(found: Tree, path: Lines) -> Tree:
    for line in path:
        found = found[line]
    return found


WORD = st.text("abc019./-", min_size=1, max_size=5)
LINE = st.lists(WORD, min_size=1, max_size=3).map(" ".join)
TREES = st.recursive(
    st.just(dict[str, Any]()), lambda inner: st.dictionaries(LINE, inner, max_size=4), max_leaves=9
).filter(bool)
FAMILY = st.sampled_from(("vrp", "comware", "ios", "rgos", "zxros", "frr"))


@settings(max_examples=20, deadline=None)
@given(wanted=TREES, further=TREES, family=FAMILY, data=st.data())
def test_what_is_taken_away_is_missing_and_the_remedy_brings_it_back(
    wanted: Tree, further: Tree, family: str, data: st.DataObject
) -> None:
    text = f"== 甲 | 必须包含 | 第98条 ==\n{typed(wanted)}"
    whole = further | wanted  # whatever else a device holds is none of the template's business
    assert judge(text, typed(whole), family).state == "ok"
    gone = data.draw(st.sampled_from(list(paths(wanted))))
    cut = typed(without(whole, gone))
    sheet = judge(text, cut, family)
    below = list(paths(at(wanted, gone), gone))
    assert list(sheet.findings[0].missing) == [gone, *below]
    proposed = remedy(sheet, cut, family)
    assert proposed.left == ()
    after = typed(apply(cut, proposed.lines, family))
    assert judge(text, after, family).state == "ok"
    assert apply(after, proposed.back, family) == tree(family, cut)


@settings(max_examples=20, deadline=None)
@given(wanted=TREES, further=TREES, family=FAMILY)
def test_an_exact_section_suffers_nothing_else(wanted: Tree, further: Tree, family: str) -> None:
    mine = {f"log {line}": below for line, below in wanted.items()}
    more = {f"log x{line}": below for line, below in further.items()}
    text = f"== 甲 | 完全一致 | 第117条 | 范围：log ==\n{typed(mine)}"
    other = {"logging on": dict[str, Any]()}  # another word: not this section's
    held = typed(mine | more | other)
    sheet = judge(text, held, family)
    assert list(sheet.findings[0].surplus) == [(line,) for line in more]
    proposed = remedy(sheet, held, family)
    after = apply(held, proposed.lines, family)
    assert after == tree(family, typed(mine | other))
    assert apply(typed(after), proposed.back, family) == tree(family, held)
    assert judge(text, typed(after), family).state == "ok"


def test_an_exception_frees_a_line_or_a_section_and_nothing_else() -> None:
    text = "== 甲 | 必须包含 ==\nntp a\nntp b\n== 乙 | 不得出现 ==\ntelnet **\n"
    held = "ntp a\ntelnet server\n"
    line = Exemption("t", "甲", "ntp *")
    sheet = judge(text, held, "vrp", [line])
    assert [one.state for one in sheet.findings] == ["exempt", "surplus"]
    assert (sheet.missing, sheet.surplus, sheet.exempt) == (0, 1, 1)
    whole = judge(text, held, "vrp", [line, Exemption("t", "乙")])
    assert whole.state == "exempt"
    assert judge(text, held, "vrp", [Exemption("t", "丙")]).state == "deviating"
    assert remedy(whole, held, "vrp") == Remedy((), (), ())


def test_a_section_that_asks_for_nothing_does_not_apply() -> None:
    body = "== OSPF | 必须包含 ==\n{% if area is defined %}\narea {{ area }}\n{% endif %}\n"
    assert judge(filled(body, {}, str), "x", "ios").findings[0].state == "na"
    assert judge(filled(body, {"area": "0"}, str), "x", "ios").findings[0].state == "missing"


@pytest.mark.parametrize(
    ("text", "line"),
    [("ntp a\n== 甲 | 必须包含 ==\n", 1), ("\n== 甲 | 必需 ==\n", 2), ("== 甲 | 完全一致 ==\n", 1)],
)
def test_a_bad_heading_is_named_by_its_line(text: str, line: int) -> None:
    with pytest.raises(Wrong) as refused:
        judge(text, "", "vrp")
    assert refused.value.line == line


@given(
    st.lists(st.sampled_from(["a", "b", "*", "**"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=7),
)
@settings(max_examples=20, deadline=None)
def test_wildcards_mean_what_they_say(words: list[str], said: list[str]) -> None:
    found = judge(f"== A | 必须包含 ==\n{' '.join(words)}\n", " ".join(said), "vrp")
    assert (found.missing == 0) is _fits(words, said)


def _fits(words: list[str], said: list[str]) -> bool:
    """The meaning of `*` and `**`, word by word."""
    if not words:
        return not said
    if words[0] == "**":
        return any(_fits(words[1:], said[skip:]) for skip in range(len(said) + 1))
    return bool(said) and words[0] in ("*", said[0]) and _fits(words[1:], said[1:])


def test_no_template_that_comes_along_is_taken_for_a_secret() -> None:
    for one in baselines().values():
        assert secret_line(one.family, one.body) == 0, one.key
        told = f"{one.body}\n== 另 | 必须包含 ==\nx password 7 0822455D0A16\n"
        assert secret_line(one.family, told) == len(told.splitlines())


def test_no_template_takes_long() -> None:
    begun = time.process_time()
    for words in ("** " * 30, "** a " * 30):
        judge(f"== A | 不得出现 ==\nfoo {words}zzz\n", f"foo {'a ' * 500}\n", "vrp")
    assert time.process_time() - begun < GAVE_UP  # tried one way after another: for ever
