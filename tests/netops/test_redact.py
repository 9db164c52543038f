"""What is secret in configurations and messages is hidden, and nothing else is touched."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from netops import redaction
from netops.facts import ProfileError
from netops.profile import profile_named
from netops.redact import blank, comparable, redact

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "redaction"
FAMILIES = sorted(file.stem for file in GOLDEN.glob("*.yaml"))
MARKED = re.compile("⟦(.*?)⟧")


def tag(secret: str) -> str:
    return hashlib.blake2b(secret.encode(), digest_size=3).hexdigest()


@cache
def golden(family: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((GOLDEN / f"{family}.yaml").read_text("utf-8"))
    return found


def told(marked: str) -> str:
    """A golden line with each secret as it must appear; quotes stay outside."""
    return MARKED.sub(lambda found: _seen(found[1]), marked)


def _seen(secret: str) -> str:
    quoted = len(secret) > 1 and secret[0] == secret[-1] == '"'
    inner = secret[1:-1] if quoted else secret
    return f'"<已隐去 {tag(inner)}>"' if quoted else f"<已隐去 {tag(inner)}>"


def plain(marked: str) -> str:
    return MARKED.sub(r"\1", marked)


def test_every_family_has_lines_of_its_own() -> None:
    assert set(redaction.families()) <= set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
def test_secrets_are_hidden_and_nothing_else(family: str) -> None:
    lines = golden(family)
    marked = [*lines["hidden"], *lines["shaped"]]
    wrong = [
        (line, got) for line in marked if (got := redact(family, plain(line), tag)) != told(line)
    ]
    wrong += [(line, got) for line in lines["kept"] if (got := redact(family, line, tag)) != line]
    assert wrong == []


@pytest.mark.parametrize("family", FAMILIES)
def test_messages_of_any_vendor_hide_the_same(family: str) -> None:
    said = 'Nov 22 08:00:00 R1 %%01SHELL/5/CMDRECORD: User=wang; Command is "{}"'
    for line in (*golden(family)["hidden"], *golden(family)["shaped"]):
        for shown in (blank(plain(line)), blank(said.format(plain(line).strip()))):
            for secret in MARKED.findall(line):
                inner = secret.strip('" ')
                context = MARKED.sub("", line)
                assert inner in context or inner not in shown, shown


@pytest.mark.parametrize("family", FAMILIES)
def test_redacted_twice_is_redacted_once(family: str) -> None:
    lines = [plain(line) for kind in golden(family).values() for line in kind]
    text = "\r\n".join(lines) + "\r\n"
    once = redact(family, text, tag)
    assert redact(family, once, tag) == once
    assert once.count("\r\n") == len(lines)
    assert blank(blank(text)) == blank(text)


PRINTED = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"')
SECRET = st.text(PRINTED, min_size=8, max_size=24)
BLANKS = st.text(st.one_of(PRINTED, st.just(" ")), min_size=8, max_size=24)


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_any_secret_is_hidden_in_every_form(data: st.DataObject) -> None:
    """Whatever is put in the place of a secret, plain or quoted, no piece of it comes out."""
    word = data.draw(SECRET.filter(lambda text: not text.startswith("<")))
    phrase = data.draw(BLANKS.filter(lambda text: text.strip() == text and text[-1] != "\\"))
    for family in FAMILIES:
        for put, forms, filled in _filled(golden(family)["hidden"], word, phrase):
            once = redact(family, "\n".join(filled), tag)
            for form, seen in zip(forms, once.split("\n"), strict=True):
                rest = MARKED.sub("", form)
                assert not [piece for piece in _pieces(put) if piece in seen and piece not in rest]
            assert redact(family, once, tag) == once


def _filled(lines: list[str], word: str, phrase: str) -> Iterator[tuple[str, list[str], list[str]]]:
    """The lines with a secret in every place that takes it: a word, or a phrase in quotes."""
    bare = [line for line in lines if "//" not in line]
    yield word, bare, [MARKED.sub(lambda _: word, line) for line in bare]
    quoted = [line for line in bare if not re.search('"⟦|⟦"|: |=|curl', line)]
    yield phrase, quoted, [MARKED.sub(lambda _: f'"{phrase}"', line) for line in quoted]


def _pieces(secret: str) -> set[str]:
    return {secret[at : at + 6] for at in range(len(secret) - 5)}


def test_keys_of_many_lines_are_hidden_line_by_line() -> None:
    key = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQ", "  kq2Xv8aZ1==", "-----END RSA KEY"]
    text = "\n".join(["pki import", *key, "interface GE0/0/1", " description 密码"])
    seen = redact("vrp", text, tag).split("\n")
    assert seen[0:2] == ["pki import", key[0]]
    assert seen[2:4] == [f"<已隐去 {tag(key[1])}>", f"  <已隐去 {tag(key[2].strip())}>"]
    assert seen[4:] == text.split("\n")[4:]
    cut = f"{key[0]}\n{key[1]}\n#\ninterface GE0/0/1\n"
    assert redact("", cut, tag).endswith("#\ninterface GE0/0/1\n")


def test_what_a_word_means_depends_on_its_section() -> None:
    """`key 12345678` is an identifier in a key chain, and the secret of a RADIUS server."""
    text = (
        "key chain county\n key 12345678\n  key-string 7 0A1B\nradius server imc\n key 12345678\n"
    )
    seen = redact("ios", text, tag).split("\n")
    assert seen[1] == " key 12345678"
    assert seen[4] == f" key <已隐去 {tag('12345678')}>"


def test_lines_end_as_they_did() -> None:
    text = "password 7 0A1B\rinterface a\r\n\n\x0c password 7 x\u2028y\n"
    one, other = f"<已隐去 {tag('0A1B')}>", f"<已隐去 {tag(chr(120) + chr(0x2028) + chr(121))}>"
    assert redact("ios", text, tag) == text.replace("0A1B", one).replace("x\u2028y", other)


def test_a_hostile_line_hides_its_secrets_too() -> None:
    """A line of a length no device writes is looked at in pieces; what is doubtful is hidden."""
    secret = "Zk9mPq2x" * 900
    line = f"{'a b ' * 1023}snmp-agent community read cipher {secret} acl 2000"
    for seen in (blank(line), redact("vrp", f"super password {secret}", tag)):
        assert "Zk9mPq" not in seen
        assert "已隐去" in seen


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            "%%01SHELL/5/CMDRECORD(s)[1]:Recorded command information. (Task=VT0, Ip=10.1.1.1, "
            'User=wang, AuthenticationMethod="Local-user", Command="super password cipher Zk9mPq2x")',  # noqa: E501
            "Zk9mPq2x",
        ),
        ("%PARSER-5-CFGLOG_LOGGEDCMD: User:wang  logged command:snmp-server community Zk9mPq2x RO",
         "Zk9mPq2x"),
        ("%SYS-5-CONFIG_I: -Line=vty0; Command is snmp com read Zk9mPq2x", ""),
        ("H3C SHELL/6/SHELL_CMD: -Line=vty0-User=a; Command is local-user a pass cip Zk9mPq2x",
         "Zk9mPq2x"),
        ("sudo: wang : COMMAND=/usr/bin/curl http://wang:Zk9mPq2x@10.1.1.1/", "Zk9mPq2x"),
        ("login failed, password=Zk9mPq2x user=wang", "Zk9mPq2x"),
        (" key Zk9mPq2x", "Zk9mPq2x"),
    ],
)  # fmt: skip
def test_messages_hide_what_was_typed(told: str, shown: str) -> None:
    if shown:
        assert shown not in blank(told)
        assert "<已隐去>" in blank(told)
    assert "wang" in blank(told) or "wang" not in told


@pytest.mark.parametrize(
    "told",
    [
        "%%01SSH/4/SSH_FAIL(l): Failed to log in through SSH. (Username=wang, IP=10.1.1.1)",
        "sshd[77]: Failed password for wang from 10.1.1.1 port 50022 ssh2",
        "sshd[77]: Accepted publickey for root from 10.1.1.1 port 50022",
        "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: wang] [Source: 10.1.1.1]",
        "%%10LOGIN/5/LOGIN_FAILED: wang failed to log in from 10.1.1.1 (authentication failed).",
        "%LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/1, changed state to down",
        "The password of user wang was changed by root.",
        "用户 wang 修改了密码，密码长度不符合要求",
        "Configure changed. (EventIndex=[1], CommandSource=[2], ConfigSource=[3])",
    ],
)
def test_messages_stay_readable(told: str) -> None:
    assert blank(told) == told


def test_lines_that_change_by_themselves_are_left_out_only_to_compare() -> None:
    ios = profile_named("cisco_ios")
    first = "Building configuration...\n\nCurrent configuration : 1201 bytes\n!\nhostname R1\nend\n"
    text = first.replace("1201", "1340").replace("!\n", "! Last configuration change at 08:00\n!\n")
    assert comparable(ios, text) == comparable(ios, first)
    assert comparable(ios, text.replace("R1", "R2")) != comparable(ios, first)
    assert redact("ios", text, tag) == text


@pytest.mark.parametrize(
    ("content", "field", "cause"),
    [
        ("title: x\ncommands: ['super password']", "commands", "没有标出"),
        ("title: x\ncommands: ['* password <secret>']", "commands", "第一个词"),
        ("title: x\ncommands: ['a <secrt>']", "commands", "没有标出"),
        ("title: x\ncommands: ['a [b <secret>']", "commands", "看不懂"),
        ("title: x\nshapes: {a: {signs: a, secret: 'a.*'}}", "shapes.a.secret", "括号"),
        ("title: x\nshapes: {a: {signs: a, secret: '(a'}}", "shapes.a.secret", "正则"),
        ("title: x\nshapes: {a: {secret: '(a)'}}", "shapes.a.signs", "必有的文字"),
        ("title: x\nincludes: [y]", "includes", "没有这个规则文件"),
        ("title: x\nblocks: {pem: {begin: a}}", "blocks.pem.end", "起止行"),
        ("title: x\nrules: []", "rules", "不认识"),
    ],
)
def test_a_rule_that_is_wrong_is_named(
    tmp_path: Path, content: str, field: str, cause: str
) -> None:
    (tmp_path / "any.yaml").write_text("title: any", "utf-8")
    (tmp_path / "x.yaml").write_text(content, "utf-8")
    with pytest.raises(ProfileError, match=cause) as caught:
        redaction.load(tmp_path, ("x",))
    assert caught.value.field == field
