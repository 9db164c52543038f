"""Recognises the identity numbers of citizens (GB 11643), which this console does not collect."""

import re

_NUMBER = re.compile(r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def holds_citizen_number(text: str) -> bool:
    """Does the text hold a number of that shape whose check digit fits, so that it is no order
    number?"""
    return any(map(_fits, _NUMBER.findall(text)))


def _fits(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11] == number[-1].upper()
