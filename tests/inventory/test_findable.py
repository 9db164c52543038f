"""The index never decides what is found, only how soon: its answer is the one of reading all."""

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from inventory.act import system
from inventory.centre import Centre
from inventory.db import Database
from inventory.device import Device
from inventory.findable import candidates
from inventory.grams import asked, windows
from inventory.indexing import mend
from inventory.keys import new_key
from inventory.listing import Ask, matching, page_of
from inventory.migrations import alembic_config, migrate
from inventory.register import registers
from tests.inventory.conftest import Tree

LETTERS = st.sampled_from(list("兰考县城关镇机房ab01.:-_%\\'\"()*^ /🫠é囧𠀀"))
TEXTS = st.text(LETTERS, max_size=14)
QUIRKS = ["%", "_", "兰", "a", "''", '""', "\\", '"*', "ab OR 01", "-- ", "🫠", "𠀀𠀀", "', '"]


def test_a_text_is_kept_as_its_windows() -> None:
    assert windows("兰考县 ab 7") == ["兰考县", "考县", "ab"]
    assert asked("兰考县 b 考县") == ["兰考县", "考县"]
    assert asked("zc-01") == ["zc\uff0d", "c\uff0d0", "\uff0d01"]
    assert asked("兰 b") == []


def both(session: Session, question: str) -> tuple[set[str], set[str]]:
    """Names found with the index, and by reading every row."""
    ways = (Ask(question), Ask(question, looked=True))
    for_index = page_of(session, Device, ways[0])
    read = session.scalars(matching(Device, ways[1]).with_only_columns(Device.name)).all()
    assert for_index.total == len(read)
    return {row.label for row, _seen in for_index.rows}, set(read)


def whole(database: Database) -> bool:
    with database.engine.connect() as connection:
        return mend(connection) == 0


@given(
    st.lists(TEXTS, min_size=1, max_size=6),
    st.lists(TEXTS, max_size=6),
    st.lists(TEXTS, max_size=4),
    st.lists(st.tuples(st.integers(0, 99), st.integers(1, 8)), min_size=6, max_size=12),
)
@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_the_index_answers_as_reading_all_does(
    database: Database, tree: Tree, said: list[str], later: list[str], typed: list[str],
    cuts: list[tuple[int, int]],
) -> None:  # fmt: skip
    rows = [
        Device(name=f"n{new_key()}", address="10.0.0.7", kind="other", centre_id=tree.lankao.id,
               location=one) for one in said
    ]  # fmt: skip
    with database.transaction(system("登记")) as session:
        session.add_all(rows)
    with database.transaction(system("改写")) as session:
        for row, location in zip(rows, later, strict=False):
            session.get_one(Device, row.id).location = location
    with database.view(system("看").scope) as session:
        texts = [session.get_one(Device, row.id).search for row in rows]
        parts = [texts[at % len(texts)][at % 40 :][:length] for at, length in cuts]
        for question in (*parts, *typed, *QUIRKS):
            found, read = both(session, question)
            assert found <= read
            assert len(found) == min(len(read), 50)


def test_whatever_happens_to_a_row_the_index_follows(database: Database, tree: Tree) -> None:
    with database.transaction(system("改名")) as session:
        session.get_one(Device, tree.core.id).name = "东坝头汇聚"
        session.get_one(Device, tree.far.id).retired_at = None
    with pytest.raises(RuntimeError), database.transaction(system("半途而废")) as session:
        session.get_one(Device, tree.core.id).name = "没有写成"
        session.flush()
        raise RuntimeError
    with database.view(tree.act(tree.lankao).scope) as session:
        assert candidates(session, Device, "东坝") == (tree.core.id,)
        assert candidates(session, Device, "dbthj") == (tree.core.id,)
        assert candidates(session, Device, "没有写成") == candidates(session, Device, "兰考") == ()
        assert candidates(session, Centre, "兰考") == (tree.lankao.id,)
    assert whole(database)


def test_every_register_can_be_asked(database: Database, tree: Tree) -> None:
    with database.view(tree.act(tree.lankao).scope) as session:
        found = {cls: candidates(session, cls, "核心") for cls in registers().values()}
    assert {cls for cls, ids in found.items() if ids} == {Device}
    assert None not in found.values()


def test_many_candidates_are_left_to_reading(database: Database, tree: Tree) -> None:
    with database.view(tree.act(tree.lankao).scope) as session:
        assert candidates(session, Device, "核心", most=1) is None
        assert candidates(session, Device, "核") is None
        assert set(candidates(session, Device, "核心") or ()) == {tree.core.id, tree.far.id}
        found = page_of(session, Device, Ask("核心"))
    assert [row.label for row, _seen in found.rows] == ["兰考核心"]  # the scope still holds


DAMAGE = {
    "forgotten": "DELETE FROM findable WHERE book = 'device'",
    "overlooked": "UPDATE device SET search = '全新的字'",
    "left over": "INSERT INTO findable (row_id, book, grams) VALUES ('x', 'device', 'abc')",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_is_seen_and_mended(database: Database, tree: Tree, damage: str) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(DAMAGE[damage])
    assert not whole(database)
    assert not whole(database)  # to look repairs nothing
    with database.engine.begin() as connection:
        assert mend(connection) == (1 if damage == "left over" else 2)
    assert whole(database)
    question = "新的" if damage == "overlooked" else "核心"
    with database.view(system("看").scope) as session:
        assert len(candidates(session, Device, question) or ()) == 2


def test_a_torn_index_of_sqlite_is_seen(sqlite_database: Database) -> None:
    with sqlite_database.transaction(system("建")) as session:
        session.add(Centre(code="410225", name="兰考县", tier="county"))
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM findable_fts_data WHERE id > 10")
    assert not whole(sqlite_database)
    with sqlite_database.engine.begin() as connection:
        mend(connection)
    assert whole(sqlite_database)


def test_rows_of_an_older_release_are_found(database: Database, tree: Tree) -> None:
    with database.engine.begin() as connection:
        _back(connection)
    migrate(database.engine)
    with database.view(system("看").scope) as session:
        assert candidates(session, Device, "兰考核心") == (tree.core.id,)
    assert whole(database)


def _back(connection: Connection) -> None:
    """The schema before there was an index, with the rows in it."""
    config = alembic_config()
    config.attributes["connection"] = connection
    command.downgrade(config, "0002")
