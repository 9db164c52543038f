"""Keys say in which order rows were made."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from inventory.keys import made_at, new_key


def test_a_key_is_above_every_key_before_it() -> None:
    keys = [new_key() for _ in range(50_000)]  # some hundred in each millisecond
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert {len(key) for key in keys} == {26}


def test_a_key_says_when_it_was_made() -> None:
    before = datetime.now(UTC)
    keys = [new_key() for _ in range(1000)]
    for key in keys:
        off = timedelta(milliseconds=2)  # a full millisecond flows over into the next
        assert before - off <= made_at(key) <= datetime.now(UTC) + off


def test_threads_and_forks_never_share_a_key() -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = [key for many in threads.map(_many, range(8)) for key in many]
    with multiprocessing.get_context("fork").Pool(2) as forks:
        keys += [key for many in forks.map(_many, range(8)) for key in many]
    assert len(set(keys)) == len(keys) == 16 * 2000


def _many(_: int) -> list[str]:
    return [new_key() for _ in range(2000)]
