"""Windows of three letters: what an inverted index finds parts of words by.

Chinese writes no spaces, and people type parts: two characters of a name, the end of a serial.
A text is kept as its windows of three letters (the last one of a word has two), so that a word of
two letters is the beginning of a window and a longer one is several whole windows. What has all
windows of a word need not have the word: the index only says which rows are worth a look.
"""

# An index splits words at ASCII signs. Their full-width twins, which `inventory.text` never leaves
# in a text, stand in for them; so a quote or a backslash means nothing in a question either.
_STAND_INS = {code: code + 0xFEE0 for code in range(0x80) if not chr(code).isalnum()}
_WINDOW = 3
_ASKED = 64  # windows of one question: more would narrow nothing, and engines limit them


def book(name: str) -> str:
    """A register's name among the windows of its rows: no question begins with its first sign."""
    return "\ue000" + name.translate(_STAND_INS)


def windows(text: str) -> list[str]:
    """Every window of a text as `inventory.text.search_text` leaves it, each once."""
    words = (word.translate(_STAND_INS) for word in text.split())
    found = (word[at : at + _WINDOW] for word in words for at in range(len(word) - 1))
    return list(dict.fromkeys(found))


def asked(text: str) -> list[str]:
    """The windows that a row must have to hold every word of a question (`inventory.text.fold`);
    those of two letters are beginnings. Empty when the question has no word of two letters."""
    words = (word.translate(_STAND_INS) for word in text.split())
    found = (
        word[at : at + _WINDOW]
        for word in words
        if len(word) > 1
        for at in range(max(1, len(word) - _WINDOW + 1))
    )
    return list(dict.fromkeys(found))[:_ASKED]
