"""Errors that people read."""


class Explained(Exception):
    """Something is refused or did not work; `reason` says why and, where there is one, what to do:
    a sentence in Chinese that is shown as it is, so it holds no secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
