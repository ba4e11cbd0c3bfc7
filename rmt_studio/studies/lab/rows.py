"""What an experiment tells: its rows, the published values beside ours, and its verdicts."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.studies.lab.settings import LabSettings


@dataclass(frozen=True)
class Column:
    """One quantity of a row.

    Attributes:
        key: its name in `LabRow.values` and in the CSV.
        title: what a table or an axis calls it.
        unit: such as ``"%"`` or ``"nats"``; empty for a pure number.
        log: whether an axis of it is best drawn logarithmic.
        theory_of: key of the measured column that this one bounds or foretells; empty for what is
            measured itself.
    """

    key: str
    title: str
    unit: str = ""
    log: bool = False
    theory_of: str = ""

    @property
    def label(self) -> str:
        """The title with the unit in brackets."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


@dataclass(frozen=True)
class Panel:
    """Rows that share their x: a table, and the plots of its columns.

    Attributes:
        key: `LabRow.panel` of its rows.
        title: what a plot of it is headed.
        x: what `LabRow.x` is.
        columns: what `LabRow.values` can hold, the most telling first.
    """

    key: str
    title: str
    x: Column
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """Return the column of that key.

        Raises:
            KeyError: there is none.
        """
        return {one.key: one for one in self.columns}[key]


@dataclass(frozen=True)
class LabRow:
    """One measured point.

    Attributes:
        panel: the key of its `Panel`.
        series: which line of the plot it belongs to, such as ``"MP + L2"``.
        x: its place, in the unit of the panel's x.
        values: the columns, by key; a column that this series does not have is absent.
        seed: of the run that it was measured on.
    """

    panel: str
    series: str
    x: float
    values: dict[str, float] = field(hash=False)
    seed: int = 0

    def record(self) -> dict[str, Any]:
        """Return plain values, one flat line of a table."""
        place = {"panel": self.panel, "series": self.series, "seed": self.seed, "x": self.x}
        return place | self.values


@dataclass(frozen=True)
class Beside:
    """A published value beside ours.

    Attributes:
        quantity: such as ``"MP + L1 + L2: test accuracy"``.
        unit: of both numbers.
        published: the figure, or None where none was published.
        ours: the mean over the seeds.
        standard_error: of ours; None with one seed.
        seeds: how many runs ours is the mean of.
        note: what differs between the two, in a sentence.
    """

    quantity: str
    unit: str
    published: float | None
    ours: float
    standard_error: float | None = None
    seeds: int = 1
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """A statement that was tested.

    Attributes:
        statement: one sentence that can be true or false.
        holds: at how many of the points it held.
        points: how many points it was tested at.
        margin: the least distance to a violation, negative where violated; None where the
            statement has none.
        unit: of the margin.
        p_value: of a statistical test behind it, or None.
        note: what else a reader has to know.
    """

    statement: str
    holds: int
    points: int
    margin: float | None = None
    unit: str = ""
    p_value: float | None = None
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether it held everywhere."""
        return self.holds == self.points > 0


@dataclass(frozen=True)
class LabResult:
    """All that one experiment found.

    Attributes:
        key: of the experiment.
        settings: it ran with.
        data: what it was measured on, in words.
        rows: in the order they were measured.
        beside: published values beside ours.
        verdicts: what was tested.
        seconds: wall time.
        files: what was written: JSON, CSV, figure and checkpoints' folders.
    """

    key: str
    settings: LabSettings
    data: str
    rows: tuple[LabRow, ...]
    beside: tuple[Beside, ...]
    verdicts: tuple[Verdict, ...]
    seconds: float
    files: tuple[Path, ...] = ()

    def record(self) -> dict[str, Any]:
        """Return plain values for a JSON file."""
        return {
            "experiment": self.key,
            "settings": self.settings.model_dump(mode="json"),
            "data": self.data,
            "seconds": self.seconds,
            "beside": [asdict(one) for one in self.beside],
            "verdicts": [{**asdict(one), "passed": one.passed} for one in self.verdicts],
            "rows": [row.record() for row in self.rows],
        }
