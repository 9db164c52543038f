"""Tampering with a database of our own behind our back: each way is found, the row is named."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text, update

from inventory import triggers
from inventory.act import EVERYTHING, system
from inventory.audit import AuditRow, head, note
from inventory.chain import BEFORE_FIRST, Broken, Head, seal, verify
from inventory.db import Database

ROWS = 12
TABLE = AuditRow.__table__


@pytest.fixture
def chained(database: Database) -> Database:
    """A database with a chain of twelve rows, open to tampering: its triggers are off."""
    for number in range(ROWS):
        act = system(f"事项 {number + 1}")
        with database.transaction(act) as session:
            note(session, act, "Person", "p1", None, {"n": number + 1})
    with database.engine.begin() as connection:
        triggers.drop(connection)
    return database


def look(database: Database, *witnesses: Head, after: int = 0) -> Broken | None:
    with database.view(EVERYTHING) as session:
        return verify(session, after, witnesses=witnesses)


def row(connection: Connection, seq: int) -> dict[str, Any]:
    return dict(connection.execute(select(TABLE).where(TABLE.c.seq == seq)).one()._mapping)


def rehash(connection: Connection, seq: int, **changed: object) -> None:
    """Change a row and give it the hashes it needs: what somebody does who knows how."""
    again = AuditRow(**row(connection, seq) | changed)
    seal(again)
    values = changed | {"row_hash": again.row_hash, "sm3": again.sm3}
    connection.execute(update(TABLE).where(TABLE.c.seq == seq).values(values))


def shift(connection: Connection, first: int, by: int) -> None:
    """Renumber the rows from `first` on, one after another so that no two ever share a seq."""
    seqs = list(range(first, ROWS + 1))
    for seq in reversed(seqs) if by > 0 else seqs:
        connection.execute(update(TABLE).where(TABLE.c.seq == seq).values(seq=seq + by))


def edit(connection: Connection) -> None:
    connection.execute(text("UPDATE audit SET actor_name = '李四' WHERE seq = 5"))


def edit_back_in_time(connection: Connection) -> None:
    connection.execute(text("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE seq = 5"))


def strip_sm3(connection: Connection) -> None:
    connection.execute(text("UPDATE audit SET sm3 = '' WHERE seq = 5"))


def delete(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit WHERE seq IN (5, 6)"))


def delete_and_renumber(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit WHERE seq IN (5, 6)"))
    shift(connection, 7, -2)


def swap(connection: Connection) -> None:
    for old, new in ((5, 99), (8, 5), (99, 8)):
        connection.execute(update(TABLE).where(TABLE.c.seq == old).values(seq=new))


def swap_neighbours(connection: Connection) -> None:
    for old, new in ((5, 99), (6, 5), (99, 6)):
        connection.execute(update(TABLE).where(TABLE.c.seq == old).values(seq=new))


def slip_in(connection: Connection) -> None:
    """A row that fits the one before it perfectly, and one nobody can tell from it."""
    shift(connection, 5, 1)
    connection.execute(insert(TABLE).values(row(connection, 4) | {"seq": 5}))
    rehash(connection, 5, act="插进来的", prev_hash=row(connection, 4)["row_hash"])


def slip_in_clumsily(connection: Connection) -> None:
    shift(connection, 5, 1)
    forged = {"seq": 5, "act": "插进来的", "prev_hash": row(connection, 4)["row_hash"]}
    connection.execute(insert(TABLE).values(row(connection, 4) | forged))


def slip_in_before_all(connection: Connection) -> None:
    connection.execute(insert(TABLE).values(row(connection, 1) | {"seq": 0}))


def put_back_changed(connection: Connection) -> None:
    """Delete a row and insert another in its place, rightly hashed."""
    values = row(connection, 5)
    connection.execute(text("DELETE FROM audit WHERE seq = 5"))
    connection.execute(insert(TABLE).values(values))
    rehash(connection, 5, actor_name="李四")


def rewrite_the_last_but_one_link(connection: Connection) -> None:
    rehash(connection, 1, prev_hash="f" * 64)


@pytest.mark.parametrize(
    ("tamper", "seq", "cause", "words"),
    [
        (edit, 5, "changed", "第 5 行被改过"),
        (edit_back_in_time, 5, "changed", "第 5 行被改过"),
        (strip_sm3, 5, "changed", "第 5 行被改过"),
        (delete, 5, "missing", "第 5 至 6 行不见了"),
        (delete_and_renumber, 5, "missing", "第 5 至 6 行不见了"),
        (swap, 5, "reordered", "原来是第 8 行"),
        (swap_neighbours, 5, "reordered", "原来是第 6 行"),
        (slip_in, 5, "inserted", "第 5 行是后来插入的"),
        (slip_in_clumsily, 5, "inserted", "第 5 行是后来插入的"),
        (slip_in_before_all, 0, "inserted", "第 0 行是后来插入的"),
        (put_back_changed, 5, "rewritten", "第 5 行被重写过"),
        (rewrite_the_last_but_one_link, 1, "unlinked", "第 1 行接不上前一行"),
    ],
)
def test_each_way_of_tampering_is_found_and_the_row_named(
    chained: Database, tamper: Callable[[Connection], None], seq: int, cause: str, words: str
) -> None:
    assert look(chained) is None
    with chained.engine.begin() as connection:
        tamper(connection)
    broken = look(chained)
    assert broken is not None
    assert (broken.seq, broken.cause) == (seq, cause)
    assert words in str(broken)


def test_a_cut_tail_is_found_by_the_head_that_left_the_database(chained: Database) -> None:
    with chained.view(EVERYTHING) as session:
        newest = Head(*head(session))
    with chained.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE seq > 9"))
    assert look(chained) is None, "the chain alone cannot know"
    assert look(chained, newest) == Broken(10, "cut", 12)
    assert "第 10 行起" in str(look(chained, newest))


def test_an_emptied_chain_is_found_too(chained: Database) -> None:
    with chained.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    assert look(chained, Head(3, "a" * 64)) == Broken(1, "cut", 3)


def test_a_chain_hashed_anew_is_found_by_the_heads_outside(chained: Database) -> None:
    with chained.engine.begin() as connection:
        heads = [Head(seq, row(connection, seq)["row_hash"]) for seq in (4, 8, 12)]
        before = row(connection, 5)["prev_hash"]
        for seq in range(5, ROWS + 1):
            changed: dict[str, object] = {"actor_name": "李四"} if seq == 5 else {}
            rehash(connection, seq, prev_hash=before, **changed)
            before = row(connection, seq)["row_hash"]
    assert look(chained) is None, "the chain alone cannot know"
    assert look(chained, *heads) == Broken(5, "replaced", 8)
    assert "第 5 至 8 行" in str(look(chained, *heads))


def test_two_heads_of_one_row_cannot_both_be_right(chained: Database) -> None:
    with chained.view(EVERYTHING) as session:
        newest = Head(*head(session))
    assert look(chained, newest, Head(12, "0" * 63 + "1")) == Broken(1, "replaced", 12)


def test_a_look_from_the_middle_takes_its_first_row_at_its_word(chained: Database) -> None:
    with chained.engine.begin() as connection:
        edit(connection)
    assert look(chained, after=5) is None
    assert look(chained, after=4) == Broken(5, "changed", 5)


def test_the_one_who_waits_is_told_and_can_stop_it(chained: Database) -> None:
    seen: list[int] = []

    def watch(seq: int) -> None:
        seen.append(seq)
        raise InterruptedError

    with chained.view(EVERYTHING) as session, pytest.raises(InterruptedError):
        verify(session, watch=watch, step=5)
    assert seen == [5]


def test_an_empty_chain_holds(database: Database) -> None:
    with database.view(EVERYTHING) as session:
        assert verify(session) is None
        assert head(session) == (0, BEFORE_FIRST)
