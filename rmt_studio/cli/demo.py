"""``rmt-studio demo --headless``: the whole main job on the embedded demo, told in words."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.cli.report import (
    accuracy_line,
    export_record,
    progress_bar,
    pruned_line,
    pruned_record,
    screen,
    tell,
    write_json,
)
from rmt_studio.cli.tables import KS_NOTE, spectra_table
from rmt_studio.cli.work import load, model_record, require_targets
from rmt_studio.data.images import digits
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.models.export import ExportReport, export
from rmt_studio.pruning import METHODS, PrunedModel, fill_recipe, prune

TARGET = 0.5
COMPARED = ("magnitude", "edge-cut")


def headless_demo(output: Path | None, json: Path | None) -> None:
    """Analyse, prune, evaluate, export and verify the demo; print an account of it."""
    require_targets((), output, json)
    began = time.monotonic()
    model = load("demo", None)
    tell(1, "Open", f"{model.title}: {model.parameter_count:,} parameters")

    with progress_bar("Analyse") as progress:
        analysis = analyze(model, progress=progress, cache=SpectrumCache())
    spikes = sum(layer.fit.spikes for layer in analysis)
    tell(
        2,
        "Analyse",
        f"{len(analysis)} matrices; {spikes} spikes stand out of their Marchenko-Pastur bulks",
    )
    screen.print(spectra_table(analysis))
    screen.print(KS_NOTE)

    images = digits()
    with progress_bar("Evaluate") as progress:
        dense = evaluate(model, images, progress=progress)
    tell(3, "Evaluate", f"dense: {accuracy_line(dense)}")

    runs: dict[str, dict[str, object]] = {"dense": dense.record()}
    results = []
    for budget in COMPARED:
        recipe = fill_recipe(model, analysis, budget, TARGET)
        with progress_bar("Prune") as progress:
            pruned = prune(model, recipe, analysis=analysis, progress=progress)
        with progress_bar("Evaluate") as progress:
            result = evaluate(pruned, images, reference=dense, progress=progress)
        tell(4, "Prune", f"{METHODS[budget].label}, {TARGET:.0%} of the blocks")
        screen.print(f"  {pruned_line(pruned)}\n  {accuracy_line(result)}")
        runs[budget] = {**pruned_record(pruned), **result.record()}
        results.append((result.top1, pruned))

    best = max(results, key=lambda pair: pair[0])[1]
    report = _export(best, output)
    tell(
        5,
        "Export",
        f"{best.recipe.name}: {report.bytes:,} bytes"
        + (f" in {report.path}" if output else " (to a temporary file; name one by --output)"),
    )
    tell(
        6,
        "Verify",
        "a fresh process loaded the file by timm alone; largest logit "
        f"difference {report.max_logit_difference:.3g}",
    )
    seconds = time.monotonic() - began
    screen.print(f"Done in {seconds:.1f} s.")
    if json is not None:
        told = {"runs": runs, "layers": analysis.records(), "skipped": analysis.skipped}
        exported = {**export_record(report), "recipe": best.recipe.name}
        if output is None:
            exported["path"] = None
        write_json(json, {**model_record(model), **told, "export": exported, "seconds": seconds})


def _export(pruned: PrunedModel, output: Path | None) -> ExportReport:
    with progress_bar("Export and verify") as progress:
        if output is not None:
            return export(pruned, output, progress=progress)
        with tempfile.TemporaryDirectory() as folder:
            return export(pruned, Path(folder) / "pruned.safetensors", progress=progress)
