"""The keys of sets: one for a centre, found by its fingerprint, typed again from paper."""

from base64 import urlsafe_b64decode
from pathlib import Path
from threading import Barrier, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from backups.backup_keys import centre_key, key_of, take_in_key
from backups.key_text import Mistyped, key_from_text, key_text
from backups.set_format import WrongKey, print_of
from inventory.act import EVERYTHING, system
from inventory.backup_key import BackupKey
from inventory.register import Rejected
from inventory.secret import Key, SecretError
from inventory.stepping import Taken, take
from tests.backups.conftest import Stack
from tests.inventory.signing import actor

RAW = bytes(range(200, 232))


def rows(stack: Stack) -> list[BackupKey]:
    with stack.database.view(EVERYTHING) as session:
        return list(session.scalars(select(BackupKey).order_by(BackupKey.number)))


def asked_at_once(stack: Stack) -> set[tuple[str, bytes, str]]:
    """What two who ask at the same moment are given."""
    together, made = Barrier(2), set[tuple[str, bytes, str]]()

    def ask() -> None:
        together.wait()
        made.add(centre_key(stack.database, stack.key, stack.county.id))

    others = [Thread(target=ask) for _ in range(2)]
    for one in others:
        one.start()
    for one in others:
        one.join()
    return made


def test_a_centre_has_one_key_until_it_is_replaced_and_the_old_one_opens_for_ever(
    stack: Stack, tmp_path: Path
) -> None:
    database, county = stack.database, stack.county
    ((first, raw, print_id),) = asked_at_once(stack)
    assert (len(raw), print_of(raw)) == (32, print_id)
    assert centre_key(database, stack.key, stack.other.id)[1] != raw
    (row,) = [row for row in rows(stack) if row.centre_id == county.id]
    assert (row.id, row.state, row.number[:3]) == (first, "new", "MY-")
    assert raw not in urlsafe_b64decode(row.secret.token.rpartition(".")[2] + "==")
    assert print_id not in repr(row.secret)
    net = actor(database, county, "net", "李网", "network_admin")
    for proof, why, word in ((None, "保管人调离", "口令"), (net.proof, "", "必须填写")):
        with pytest.raises(Rejected, match=word), database.transaction(net.act()) as session:
            taken = Taken(net.standing, {"replaced_why": why}, proof)
            take(session, session.get_one(BackupKey, first), "replace", taken)
    with database.transaction(net.act()) as session:
        taken = Taken(net.standing, {"replaced_why": "保管人调离"}, net.proof)
        take(session, session.get_one(BackupKey, first), "replace", taken)
    second = centre_key(database, stack.key, county.id)
    assert second == centre_key(database, stack.key, county.id)
    assert second[1] != raw
    with database.view(EVERYTHING) as session:
        assert key_of(session, stack.key, print_id) == raw
        assert key_of(session, stack.key, second[2]) == second[1]
        with pytest.raises(WrongKey, match="0123456789abcdef"):
            key_of(session, stack.key, "0123456789abcdef")
        with pytest.raises(SecretError):
            key_of(session, Key.load(tmp_path / "another.key"), print_id)


def test_a_key_typed_from_its_sheet_opens_old_sets_and_makes_no_new_ones(stack: Stack) -> None:
    for _ in range(2):
        with stack.database.transaction(system("录入密钥单")) as session:
            take_in_key(session, stack.key, key_from_text(key_text(RAW)), stack.county.id)
    (row,) = rows(stack)
    assert (row.print_id, row.state) == (print_of(RAW), "replaced")
    with stack.database.view(EVERYTHING) as session:
        assert key_of(session, stack.key, row.print_id) == RAW
    assert centre_key(stack.database, stack.key, stack.county.id)[1] != RAW


@settings(max_examples=20)
@given(some.binary(min_size=32, max_size=32), some.integers(0, 3), some.integers(0, 15))
def test_a_typing_error_is_found_in_its_line(raw: bytes, row: int, column: int) -> None:
    lines = key_text(raw).split("\n")
    assert key_from_text("\n".join(lines)) == raw
    number, typed = lines[row].split(": ")
    place = column + column // 4
    other = "7" if typed[place] != "7" else "8"
    wrong = [
        *lines[:row],
        f"{number}: {typed[:place]}{other}{typed[place + 1 :]}",
        *lines[row + 1 :],
    ]
    with pytest.raises(Mistyped, match=f"第 {row + 1} 行录入有误"):
        key_from_text("\n".join(wrong))


def test_a_key_may_be_typed_as_people_type(tmp_path: Path) -> None:
    text = key_text(RAW)
    lines = text.split("\n")
    assert [len(line) for line in lines] == [len("1: XXXX-XXXX-XXXX-XXXX")] * 4
    bare = [line[3:] for line in lines]
    for typed in (
        text.lower(), "\n\n".join(bare), "".join(bare), text.replace("-", " ").replace(":", "："),
        text.replace("0", "o").replace("1", "l"),
    ):  # fmt: skip
        assert key_from_text(typed) == RAW
    for typed, words in (
        ("\n".join(lines[:3]), "应为 4 行，现有 3 行"),
        ("\n".join([lines[1], lines[0], *lines[2:]]), "第 1 行录入有误"),
        ("\n".join([*lines[:3], lines[3][:-1]]), "第 4 行应有 16 个字符，现有 15 个"),
        ("\n".join([f"{lines[0][:-1]}U", *lines[1:]]), "第 1 行的“U”不是"),
        ("", "现有 0 行"),
    ):
        with pytest.raises(Mistyped, match=words):
            key_from_text(typed)
