"""What is dear to work out is kept for whoever asks again, and makes room for others."""

import pytest
from sqlalchemy import select

from inventory.act import EVERYTHING, system
from inventory.centre import Centre
from inventory.db import Database
from web.held import held


def test_what_is_asked_for_often_outlasts_what_is_not(founded_database: Database) -> None:
    done: list[str] = []
    with founded_database.view(EVERYTHING) as session:
        for number in range(60):
            for question in ("常问", f"只问一次 {number}"):
                held(session, question, [Centre], lambda question=question: done.append(question))  # type: ignore[misc]
    assert done.count("常问") == 1
    assert len(done) == 61


def test_what_an_act_saw_is_gone_with_it(founded_database: Database) -> None:
    """An act taken back gives its number in the trail to the next one."""
    with (
        pytest.raises(InterruptedError),
        founded_database.transaction(system("改名")) as session,
    ):
        session.scalars(select(Centre)).all()[0].name = "甲"
        session.flush()
        assert held(session, "叫什么", [Centre], lambda: "甲") == "甲"
        raise InterruptedError
    with founded_database.transaction(system("改名")) as session:
        session.scalars(select(Centre)).all()[0].name = "乙"
    with founded_database.view(EVERYTHING) as session:
        assert held(session, "叫什么", [Centre], lambda: "乙") == "乙"
