"""The approvals on the command line."""

from tests.web.cli.command import Run, told


def test_nothing_is_asked_in_a_new_home(run: Run) -> None:
    assert "没有这样的审批" in run("approval", "list").stdout
    assert told(run("approval", "list", "--all", "--json")) == []
    assert "nonsense" in run("approval", "list", "--state", "nonsense", code=2).stderr
