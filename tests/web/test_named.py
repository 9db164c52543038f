"""What is saved keeps its Chinese name, through the server that will send it."""

from pathlib import Path
from urllib.request import urlopen

import pytest
from apiflask import APIFlask
from flask import Response

from tests.browser import serve
from web.access import public
from web.named import named

WEB = Path(__file__).resolve().parents[2] / "web"
ITSELF = {"named.py", "printing.py", "prints.py"}  # a print keeps the line its view has made


@pytest.mark.parametrize(
    ("name", "shown", "line"),
    [
        ("logins.csv", False, "attachment; filename=logins.csv"),
        ("XJ-2026-0001 a.pdf", True, 'inline; filename="XJ-2026-0001 a.pdf"'),
        (
            "工作日志月册-2026-11.pdf",
            True,
            "inline; filename=-2026-11.pdf;"
            " filename*=UTF-8''%E5%B7%A5%E4%BD%9C%E6%97%A5%E5%BF%97%E6%9C%88%E5%86%8C-2026-11.pdf",
        ),
        ('a"b\r\n.csv', False, r'attachment; filename="a\"b.csv"'),
    ],
)
def test_a_file_arrives_under_its_name(shell: APIFlask, name: str, shown: bool, line: str) -> None:
    @shell.get("/the-file")
    @public
    def the_file() -> Response:
        return named(Response(b"whole"), name, shown=shown)

    with serve(shell) as url, urlopen(url + "/the-file") as answer:
        told = answer.headers["Content-Disposition"]
        assert answer.read() == b"whole"
    assert told == line


def test_no_page_writes_that_line_itself() -> None:
    wrote = [
        path.name for path in WEB.rglob("*.py")
        if "node_modules" not in path.parts and "Content-Disposition" in path.read_text()
    ]  # fmt: skip
    assert set(wrote) == ITSELF
