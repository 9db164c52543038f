"""What is dear to work out is kept for whoever asks again, and makes room for others."""

from inventory.act import EVERYTHING
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
