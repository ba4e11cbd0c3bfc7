"""Which of the wanted columns of the layer table are shown, and how wide, where room is scarce."""

from __future__ import annotations

from rmt_studio.gui.layers.columns import COMPARISON, DEFAULT_COLUMNS, Column

# In a narrow panel these give way, the first first; they come back when there is room.
GIVE_WAY = (Column.SHAPE, Column.EDGE)
_GIVE_WAY_TO_CHANGES = (*GIVE_WAY, Column.SPECTRUM, Column.KS, Column.SPIKES)
_MOST_FOR_SPECTRUM = 60  # px more than its least


def columns_that_fit(
    wanted: tuple[Column, ...],
    widths: dict[Column, int],
    brief: dict[Column, int],
    available: int,
) -> dict[Column, int]:
    """Return the columns to show and their widths, so that the first has room for its names.

    As wanted when everything fits; else with the brief form of the columns that have one; else
    without the columns that give way (while comparing histogram, KS and spikes, too), and with
    shortened names. Columns that a person asked for stay in any case: the table then scrolls.

    Args:
        wanted: the columns to show, `Column.LAYER` among them.
        widths: how wide each column has to be.
        brief: how wide columns that have a brief form have to be in it.
        available: pixels there are.
    """
    fitted = {column: widths[column] for column in wanted}
    if sum(fitted.values()) > available or Column.NULL in wanted:
        fitted |= {c: width for c, width in brief.items() if c in fitted and c is not Column.LAYER}
    if set(wanted) <= {*DEFAULT_COLUMNS, *COMPARISON}:
        comparing = bool({*wanted}.intersection(COMPARISON))
        order = _GIVE_WAY_TO_CHANGES if comparing else GIVE_WAY
        for column in (c for c in order if c in wanted):
            if sum(fitted.values()) > available:
                del fitted[column]
        missing = max(0, sum(fitted.values()) - available)
        shortest = min(brief[Column.LAYER], widths[Column.LAYER])
        fitted[Column.LAYER] = max(fitted[Column.LAYER] - missing, shortest)
    return _spread(fitted, available - sum(fitted.values()))


def _spread(widths: dict[Column, int], slack: int) -> dict[Column, int]:
    """Return the widths with the pixels left over given to the histogram, then to the names."""
    spread = dict(widths)
    if slack > 0 and Column.SPECTRUM in spread:
        spread[Column.SPECTRUM] += min(slack // 3, _MOST_FOR_SPECTRUM)
    spread[Column.LAYER] += max(0, slack - (sum(spread.values()) - sum(widths.values())))
    return spread
