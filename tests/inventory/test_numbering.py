"""Numbers that people quote say by themselves which book they are of."""

from collections import Counter

from inventory.numbering import Yearly
from inventory.register import registers


def test_no_number_is_of_two_books() -> None:
    numbered = [cls for cls in registers().values() if issubclass(cls, Yearly)]
    shared = Counter(cls.prefix for cls in numbered) - Counter({cls.prefix for cls in numbered})
    assert len(numbered) > 20
    assert not shared, [cls.title for cls in numbered if cls.prefix in shared]
