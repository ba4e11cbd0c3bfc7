"""Rows as ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def runs(places: Sequence[int], most: int | None = None) -> list[tuple[int, int]]:
    """Return ascending places as ranges (first, last) without gaps.

    Args:
        places: of rows.
        most: ranges; where there were more, one range holds them all, with its gaps.
    """
    found: list[tuple[int, int]] = []
    for place in places:
        if found and place == found[-1][1] + 1:
            found[-1] = (found[-1][0], place)
        else:
            found.append((place, place))
    many = most is not None and len(found) > most
    return [(found[0][0], found[-1][1])] if many else found
