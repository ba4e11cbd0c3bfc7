"""How well a few typed letters fit a title."""

from __future__ import annotations

_WHOLE, _AT_WORD, _LETTER_AT_WORD, _GAP, _LENGTH = 100.0, 50.0, 10.0, 1.0, 0.05


def score(query: str, title: str) -> float | None:
    """Return how well a query fits, the higher the better; None where it does not.

    Every word of the query has to be in the title, as it is or as letters in this order; words as
    they are count most, then those at the beginning of a word of the title.
    """
    text, total = title.casefold(), -_LENGTH * len(title)
    for word in query.casefold().split():
        fit = _word(word, text)
        if fit is None:
            return None
        total += fit
    return total


def _word(word: str, text: str) -> float | None:
    place = text.find(word)
    if place >= 0:
        return _WHOLE + _AT_WORD * _begins(text, place) - _GAP * min(place, 20)
    total, place = 0.0, -1
    for letter in word:
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        total += _LETTER_AT_WORD * _begins(text, found) - _GAP * (found - place - 1)
        place = found
    return total


def _begins(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
