"""What a kept password costs whoever steals it."""

import subprocess
import sys

from inventory import argon

SCRIPT = """
from inventory import argon
print(argon.hashed("x"), argon._nobody())
"""


def test_a_guess_costs_what_rfc_9106_recommends() -> None:
    """In a process of its own: these tests have made it cheap for themselves."""
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    somebody, nobody = (text.split("$")[1:4] for text in told.stdout.split())
    assert somebody == nobody == ["argon2id", "v=19", "m=65536,t=3,p=4"]


def test_only_the_password_opens() -> None:
    kept = argon.hashed("Kiln7#orbit-vat")
    assert argon.verify(kept, "Kiln7#orbit-vat")
    assert not any(argon.verify(*pair) for pair in ((kept, ""), ("", ""), ("no hash", "x")))
