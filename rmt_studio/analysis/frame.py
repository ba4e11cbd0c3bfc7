"""Records of layers as a pandas table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmt_studio.analysis.records import scalars
from rmt_studio.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas


def frame_of(records: Sequence[Mapping[str, object]]) -> pandas.DataFrame:
    """Return one row per record, indexed by ``name``; lists and dictionaries are left out.

    A number that does not exist (None) becomes nan, and ``<NA>`` in a column of whole numbers.

    Raises:
        InputError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as missing:
        next_step = "pip install 'rmt-studio[frame]'"
        raise InputError("a data frame", "needs pandas, which is not installed", next_step) from (
            missing
        )
    rows = [scalars(record) for record in records]
    table = pandas.DataFrame(rows)
    for name in table.columns:
        values = [row[name] for row in rows if row[name] is not None]
        whole = values and all(type(value) is int for value in values)
        if whole and len(values) < len(rows):
            table[name] = table[name].astype("Int64")
    return table.set_index("name") if rows else table
