"""``rmt-studio compare``: methods side by side, as a table, a plot, CSV and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from rmt_studio.cli.report import screen, write_csv
from rmt_studio.cli.study import (
    Asked,
    Opened,
    dense_line,
    drop_of,
    numbers,
    open_study,
    percent,
    row_line,
    study_bar,
    words,
)
from rmt_studio.studies import Failed, Measured, MethodComparison, Trial, compare_methods
from rmt_studio.studies.plot import draw_comparison, require_picture

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.models.loading import LoadedModel

WIDTH = 80
_REACHED = 1e-3  # a share within 0.1 % of the one asked for needs no word


def compare_command(
    asked: Asked, methods: str, sparsities: str, csv: Path | None, plot: Path | None
) -> None:
    """Run the comparison; print it and write it where asked."""
    names, shares = words(methods, "--methods"), numbers(sparsities, "--sparsity")
    if plot is not None:
        require_picture(plot)
    opened = open_study(asked, names, csv, plot)
    comparison = _compare(asked, opened, names, shares)
    _show(opened, comparison)
    if csv is not None:
        write_csv(csv, table_rows(comparison))
    if plot is not None:
        draw_comparison(comparison, plot)


def _compare(
    asked: Asked, opened: Opened, methods: list[str], sparsities: list[float]
) -> MethodComparison:
    kept = 0
    with study_bar("Compare") as (progress, say):

        def tell(row: Trial) -> None:
            nonlocal kept
            if isinstance(row, Measured) and row.kept:
                kept += 1
            else:
                say(row_line(row))

        comparison = compare_methods(
            opened.model,
            methods,
            sparsities,
            images=opened.images,
            calibration=opened.calibration,
            limit=asked.limit,
            seed=asked.seed,
            device=asked.device,
            file=asked.json,
            overwrite=asked.overwrite,
            progress=progress,
            on_result=tell,
        )
    if kept:
        screen.print(f"{kept} of {len(comparison.rows)} rows taken from {asked.json}")
    return comparison


def _show(opened: Opened, comparison: MethodComparison) -> None:
    screen.print(dense_line(opened.model, comparison.dense))
    screen.print("Change of top-1 in points against dense, on the same images, ± standard error:")
    for table in comparison_tables(opened.model, comparison):
        screen.print(table)
    screen.print("pruned: share removed of the attention and MLP matrices, and of all parameters")
    for sparsity in comparison.sparsities:
        if line := _lead_line(comparison, sparsity):
            screen.print(line)
    for line in _exceptions(comparison):
        screen.print(line)


def comparison_tables(model: LoadedModel, comparison: MethodComparison) -> list[Table]:
    """Return the table, in several parts where its columns do not fit one line."""
    cells = {
        method: [_cell(comparison.row(method, share)) for share in comparison.sparsities]
        for method in comparison.methods
    }
    in_blocks = model.block_parameter_count / model.parameter_count
    shares = {
        "pruned": [percent(share) for share in comparison.sparsities],
        "of all": [f"{share * in_blocks:.1%}" for share in comparison.sparsities],
    }
    room = WIDTH - sum(_width(title, column) for title, column in shares.items())
    return [_table(shares | part) for part in _parts(cells, room)]


def _parts(cells: dict[str, list[str]], room: int) -> list[dict[str, list[str]]]:
    """Return the columns in groups that fit the room."""
    parts: list[dict[str, list[str]]] = [{}]
    for title, column in cells.items():
        taken = sum(_width(*known) for known in parts[-1].items())
        if parts[-1] and taken + _width(title, column) > room:
            parts.append({})
        parts[-1][title] = column
    return parts


def _width(title: str, column: list[str]) -> int:
    return max(len(title), *map(len, column)) + 2


def _table(columns: dict[str, list[str]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        table.add_column(title, justify="right", no_wrap=True)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    return table


def _cell(row: Trial) -> str:
    return "failed" if isinstance(row, Failed) else drop_of(row)


def _lead_line(comparison: MethodComparison, sparsity: float) -> str:
    """Return which method is ahead at a sparsity, and of which one by how much."""
    lead = comparison.lead(sparsity)
    if lead is None:
        return ""
    best, second = (row.method for row in comparison.ranking(sparsity)[:2])
    if not lead.difference:
        return f"{percent(sparsity)}: {best} and {second} do alike"
    ahead = f"{100 * lead.difference:.1f} ± {100 * lead.standard_error:.1f} points"
    sure = "" if lead.interval[0] > 0 else " (not shown beyond chance)"
    return f"{percent(sparsity)}: {best} before {second} by {ahead}{sure}"


def _exceptions(comparison: MethodComparison) -> list[str]:
    """Return a line for each row that failed or missed its target."""
    lines = []
    for row in comparison.rows:
        if isinstance(row, Failed):
            lines.append(row_line(row))
        elif abs(row.block_sparsity - row.sparsity) > _REACHED:
            reached = f"{row.block_sparsity:.2%}"
            lines.append(f"{row.method} {percent(row.sparsity)}: removed {reached} of the blocks")
    return lines


def table_rows(comparison: MethodComparison) -> list[dict[str, Any]]:
    """Return the rows of the CSV: the numbers of the JSON, intervals as two columns."""
    flat = []
    for record in comparison.records():
        row: dict[str, Any] = {}
        for key, value in record.items():
            if key.endswith("_interval"):
                row[f"{key}_low"], row[f"{key}_high"] = value or (None, None)
            elif key not in {"recipe", "predictions"}:
                row[key] = value
        flat.append(row)
    keys = dict.fromkeys(key for row in flat for key in row)
    return [{key: row.get(key) for key in keys} for row in flat]
