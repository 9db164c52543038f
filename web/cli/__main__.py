"""`python -m web.cli` is the `netops` command."""

from web.cli import main

main()
