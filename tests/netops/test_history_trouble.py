"""Samples are worth less than state: what goes wrong with a day file is told, and stays there."""

from datetime import timedelta
from pathlib import Path

from netops.history import Batch, History
from tests.fleet import NOON, SLOT


def samples(value: int) -> Batch:
    return Batch(ports=[(SLOT, 1, value, value, 0, 0, 0, 0)])


def test_a_damaged_day_is_set_aside_and_the_day_goes_on(tmp_path: Path) -> None:
    history = History(tmp_path)
    (tmp_path / "20261120.db").write_bytes(b"not a database " * 400)
    history.write(SLOT, samples(7))
    assert [row[2] for row in history.ports(1, NOON, NOON)] == [7]
    assert len(list(tmp_path.glob("20261120.db.damaged*"))) == 1


def test_a_damaged_day_does_not_hide_the_others(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(SLOT, samples(7))
    (tmp_path / "20261119.db").write_bytes(b"not a database " * 400)
    assert [row[2] for row in history.ports(1, NOON - timedelta(days=2), NOON)] == [7]


def test_a_clock_in_the_far_future_does_not_drop_the_samples_there_are(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.write(SLOT, samples(7))
    assert history.retain((NOON + timedelta(days=30_000)).date(), 35) == []
    assert len(history.ports(1, NOON, NOON)) == 1
