"""One module per bench: `title`, and `run(rounds, ...)` giving named ratios."""
