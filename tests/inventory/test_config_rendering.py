"""The language of templates: what it can say, and that nothing gets out of it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory import config_sections
from inventory.config_rendering import LARGEST, Unknown, render, wanted
from inventory.config_sections import Wrong

ESCAPES = (
    "{{ ''.__class__.__mro__ }}", "{{ name.upper() }}", "{{ name['x'] }}", "{{ range(9) }}",
    "{{ lipsum.__globals__ }}", "{{ cycler.__init__.__globals__.os.popen('id') }}",
    "{{ name|attr('__class__') }}", "{{ 'x' * 99999999 }}", "{{ 9 ** 9 ** 9 }}",
    "{% include 'a' %}", "{% import 'a' as b %}", "{% extends 'a' %}",
    "{% macro a() %}{% endmacro %}",
    "{% set a = 1 %}", "{% call a() %}{% endcall %}", "{{ name|map('upper') }}", "{{ self }}",
    "{% for a in 'abc' %}{% endfor %}", "{% for a in name|split recursive %}{% endfor %}",
    "{% block a %}{% endblock %}", "{% filter upper %}{% endfilter %}", "{{ name is callable }}",
    "{% with a = 1 %}{% endwith %}", "{{ [1, 2] }}", "{{ {'a': 1} }}", "{{ name[1:2] }}",
    "{{ '%s' % name }}", "{{ name ~ name }}", "{{ name|replace('a', 'b') }}", "{{ loop.index }}",
    "{{ '{0.__class__}'|format(name) }}", "{{ (" * 400, "(" * 20 + "{{ " + "(" * 5000,
    "{% for a in name|split %}{{ loop }}{% endfor %}",
)  # fmt: skip


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_gets_out(source: str) -> None:
    with pytest.raises(Wrong) as refused:
        render(f"one\n{source}", {"name": "a"})
    assert refused.value.cause


def test_what_it_can_say() -> None:
    source = (
        "{# for people #}\nsysname {{ name|upper }}\n"
        "{% for one in hosts|split %}\n log {{ one }}\n{% endfor %}\n"
        "{% if area is defined and area != '0' %}\narea {{ area }}\n{% else %}\nno area\n"
        "{% endif %}\n"
        "mtu {{ mtu|default('1500') }}\n"
    )
    told = render(source, {"name": "lk", "hosts": "10.0.0.1， 10.0.0.2；10.0.0.3"})
    assert told.split("\n") == [
        "sysname LK", " log 10.0.0.1", " log 10.0.0.2", " log 10.0.0.3", "no area",
        "mtu 1500", "",
    ]  # fmt: skip
    assert wanted(source) == ("area", "hosts", "mtu", "name")


def test_an_unknown_fact_is_named_with_its_line() -> None:
    with pytest.raises(Unknown) as refused:
        render("a\nb\n{% if area == '0' %}\nx\n{% endif %}", {})
    assert (refused.value.fact, refused.value.line) == ("area", 3)
    assert str(refused.value) == "第 3 行：缺少设备参数“area”，请先在“设备参数”中登记"


def test_it_ends_soon_and_stays_small() -> None:
    many = ",".join("x" * 5 for _ in range(64))
    inner = "{% for a in f|split %}{% for b in f|split %}" + "y" * 1000 + "{% endfor %}{% endfor %}"
    begun = time.process_time()
    with pytest.raises(Wrong, match=str(LARGEST)):
        render(inner, {"f": many})
    with pytest.raises(Wrong, match="最多 64 项"):
        render("{% for a in f|split %}{% endfor %}", {"f": many + ",x"})
    with pytest.raises(Wrong, match="最多套 2 层"):
        render("{% for a in f|split %}" * 3 + "{% endfor %}" * 3, {"f": "x"})
    with pytest.raises(Wrong, match="模板最多"):
        render("x" * 60_001, {})
    assert time.process_time() - begun < 20


@settings(max_examples=20, deadline=None)
@given(value=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_a_fact_is_text_and_never_a_template(value: str) -> None:
    assert render("x {{ a }} y", {"a": value}) == f"x {value} y"


def test_a_secret_may_not_be_guessed_word_by_word() -> None:
    config_sections.check("== 甲 | 不得出现 ==\ncommunity <默认 public>")
    for guess in ("hunter2", "", "public extra"):
        with pytest.raises(Wrong) as refused:
            config_sections.check(f"== 甲 | 不得出现 ==\ncommunity <默认 {guess}>")
        assert refused.value.line == 2
