"""``rmt-studio analyze``: spectra, views, nulls and comparisons, printed and written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.analysis import Analysis, LayerAnalysis, SpectrumCache, analyze
from rmt_studio.analysis.comparison import compare
from rmt_studio.analysis.details import spike_details
from rmt_studio.analysis.nulls import NULL_KINDS, null_spectra
from rmt_studio.analysis.records import localisation_record, null_record, scalars
from rmt_studio.analysis.views import analyze_views, view_matrix
from rmt_studio.cli.report import progress_bar, screen, write_csv, write_json
from rmt_studio.cli.tables import (
    KS_NOTE,
    RANDOM_NOTE,
    VIEWS_NOTE,
    comparison_table,
    spectra_table,
    views_table,
)
from rmt_studio.cli.work import load, model_record, require_targets
from rmt_studio.data.images import open_images
from rmt_studio.errors import InputError
from rmt_studio.models.sibling import load_sibling
from rmt_studio.pruning import input_moments
from rmt_studio.reports import write_report
from rmt_studio.spectra import DEFAULT_METHOD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rmt_studio.analysis.comparison import Comparison
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.spectra.nulls import NullSpectra

CALIBRATION_IMAGES = 512  # of some 200 tokens each; more hardly move a second moment


@dataclass(frozen=True)
class Wanted:
    """What to analyse beside the spectra.

    Attributes:
        method: bulk estimator; None for the default.
        views: every head and the products of each.
        calibration: images that pass through the model, for the whitened views.
        null: a key of `NULL_KINDS` to draw for everything analysed.
        localisation: how concentrated the spikes' singular vectors are.
        against: a second checkpoint to compare with.
    """

    method: str | None = None
    views: bool = False
    calibration: Path | None = None
    null: str | None = None
    localisation: bool = False
    against: Path | None = None


@dataclass(frozen=True)
class Found:
    """What was analysed.

    Attributes:
        layers: the matrices.
        views: what else they were seen as.
        nulls: by the name of a layer or view.
        moments: of the layers' inputs, by parameter.
    """

    layers: Analysis
    views: Analysis
    nulls: Mapping[str, NullSpectra]
    moments: Mapping[str, Tensor] | None


def analyze_command(
    name: str,
    checkpoint: Path | None,
    wanted: Wanted,
    json: Path | None,
    csv: Path | None,
    html: Path | None = None,
) -> None:
    """Print the tables and write all numbers where asked."""
    require_targets((checkpoint, wanted.against), json, csv, html)
    if html is not None and html.suffix.lower() != ".html":
        raise InputError(html, "does not look like a page", "end its name in .html")
    if wanted.null is not None and wanted.null not in NULL_KINDS:
        known = f"choose one of {', '.join(NULL_KINDS)}"
        raise InputError(f"null {wanted.null!r}", "is not known", known)
    images = open_images(wanted.calibration) if wanted.calibration else None
    model = load(name, checkpoint)
    other = _other(model, wanted.against) if wanted.against else None
    found = _find(model, wanted, images)
    _show(model, wanted, found)
    told: dict[str, object] = {"skipped": found.layers.skipped}
    comparison = _compare(model, other, wanted, found.layers) if other is not None else None
    if comparison is not None and other is not None:
        told["comparison"] = {
            "against": model_record(other),
            "layers": comparison.records(),
            "missing": comparison.missing,
        }
    if html is not None:
        with progress_bar("Draw") as progress:
            write_report(model, found.layers, html, progress=progress)
    if json is None and csv is None:
        return
    layers, views = (_records(model, wanted, found, one) for one in (found.layers, found.views))
    if wanted.views or wanted.calibration:
        told |= {"views": views, "skipped_views": found.views.skipped}
    if json is not None:
        write_json(json, {**model_record(model), "layers": layers, **told})
    if csv is not None:
        rows = [scalars(record) for record in (*layers, *views)]
        write_csv(csv, rows if comparison is None else _with_changes(rows, comparison))


def _other(model: LoadedModel, checkpoint: Path) -> LoadedModel:
    with progress_bar("Load") as progress:
        return load_sibling(model, checkpoint, progress=progress)


def _find(model: LoadedModel, wanted: Wanted, images: ImageSet | None) -> Found:
    method = wanted.method or DEFAULT_METHOD
    with progress_bar("Analyse") as progress:
        layers = analyze(model, method=method, progress=progress, cache=SpectrumCache())
    moments, views = None, Analysis([])
    if images is not None:
        with progress_bar("Calibrate") as progress:
            moments = input_moments(model, images, limit=CALIBRATION_IMAGES, progress=progress)
    if wanted.views or moments is not None:
        with progress_bar("Views") as progress:
            views = analyze_views(
                model, method=method, heads=wanted.views, moments=moments, progress=progress
            )
    nulls = _nulls(model, wanted.null, [*layers, *views], moments) if wanted.null else {}
    return Found(layers, views, nulls, moments)


def _nulls(
    model: LoadedModel,
    kind: str,
    analysed: list[LayerAnalysis],
    moments: Mapping[str, Tensor] | None,
) -> dict[str, NullSpectra]:
    """Draw the null of each layer that has it; say of which others it is not known."""
    nulls: dict[str, NullSpectra] = {}
    refused: list[InputError] = []
    with progress_bar("Null") as progress:
        for done, one in enumerate(analysed):
            progress(done, len(analysed), one.name)
            layer = model.layer(one.layer_name)
            try:
                nulls[one.name] = null_spectra(model, layer, kind, view=one.view, moments=moments)
            except InputError as reason:
                refused.append(reason)
    if refused and not nulls:
        raise refused[0]
    for reason in refused:
        screen.print(f"No such null: {reason}")
    return nulls


def _show(model: LoadedModel, wanted: Wanted, found: Found) -> None:
    screen.print(
        f"{model.title}: {model.parameter_count:,} parameters, {len(found.layers)} matrices, "
        f"bulk fit {wanted.method or DEFAULT_METHOD}"
    )
    nulls = found.nulls if wanted.null else None
    screen.print(spectra_table(found.layers, nulls))
    screen.print(KS_NOTE)
    if len(found.views):
        screen.print(views_table(found.views, nulls))
        screen.print(VIEWS_NOTE)
    if wanted.null:
        screen.print(RANDOM_NOTE.format(kind=wanted.null))
    for skipped in (found.layers.skipped, found.views.skipped):
        if skipped:
            screen.print(f"Nothing but zeros, so no noise law: {', '.join(skipped)}")


def _compare(
    model: LoadedModel, other: LoadedModel, wanted: Wanted, layers: Analysis
) -> Comparison:
    """Print what changes from the model to the other, and return it."""
    method = wanted.method or DEFAULT_METHOD
    with progress_bar("Analyse") as progress:
        after = analyze(other, method=method, progress=progress, cache=SpectrumCache())
    comparison = compare(layers, after)
    screen.print(f"Change from {model.title} to {Path(other.source.location).name}:")
    screen.print(comparison_table(comparison))
    if comparison.missing:
        screen.print(f"Zero in one of the two: {', '.join(comparison.missing)}")
    return comparison


def _with_changes(rows: list[dict[str, object]], comparison: Comparison) -> list[dict[str, object]]:
    """Return the rows with the columns of the other checkpoint; None where there is no other."""
    changes = {
        str(record.pop("name")): {k: v for k, v in record.items() if not k.endswith("_before")}
        for record in comparison.records()
    }
    none = dict.fromkeys(next(iter(changes.values()), {}))
    return [row | changes.get(str(row["name"]), none) for row in rows]


def _records(
    model: LoadedModel, wanted: Wanted, found: Found, analysis: Analysis
) -> list[dict[str, object]]:
    """Return the records of all layers with what was asked for beside."""
    records = []
    for one in analysis:
        record = one.record()
        values = record.pop("singular_values")
        if wanted.null:
            record |= null_record(one, found.nulls.get(one.name))
        if wanted.localisation:
            matrix = view_matrix(model, model.layer(one.layer_name), one.view, found.moments)
            record |= localisation_record(spike_details(matrix, one))
        records.append({**record, "singular_values": values})
    return records
