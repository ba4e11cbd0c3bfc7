"""The steps as a Python script that stands alone."""

from __future__ import annotations

from pprint import pformat
from typing import TYPE_CHECKING

from rmt_studio import __version__
from rmt_studio.studio.retold.tuning import tuning_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.studio.retold.done import Done, Images
    from rmt_studio.studio.targets import Target

_WIDTH = 96


def as_python(done: Done) -> str:
    """Return a script that opens, analyses, prunes, evaluates and exports as was done.

    Rules that calibration images decided about, or a person, stand in it as they are; those of a
    target that needs no images are filled again.
    """
    body = [
        *_opening(done),
        *_pruning(done),
        *_images(done),
        *_tuning(done),
        *_evaluating(done),
        *_exporting(done),
    ]
    names = sorted(name for name in _NAMES if any(f"{name}(" in line for line in body))
    if any("Recipe." in line for line in body):
        names.insert(0, "Recipe")
    head = [f"# rmt studio {__version__}: what was done in the window", ""]
    return "\n".join([*head, f"from rmt_studio import {', '.join(names)}", "", *body]) + "\n"


_NAMES = ("FineTuning", "analyze", "calibration_images", "carry_out", "digits", "evaluate",
          "export", "fill_recipe", "finetune", "load_model", "open_images")  # fmt: skip


def _opening(done: Done) -> Iterator[str]:
    weights = f", checkpoint={done.checkpoint!r}" if done.checkpoint else ""
    yield f"model = load_model({done.name!r}{weights})"
    fit = done.recipe.bulk_fit
    yield f"analysis = analyze(model, method={fit.method!r}, options={fit.options!r})"
    yield 'print(f"{len(analysis)} spectra, {sum(x.fit.spikes for x in analysis)} spikes")'


def _pruning(done: Done) -> Iterator[str]:
    if not done.recipe.rules:
        return
    yield ""
    calibration = ""
    if done.calibration:
        yield f"calibration = {_calibration(done.calibration)}"
        calibration = ", calibration=calibration"
    if done.target:
        yield f"recipe = fill_recipe(model, analysis, {_wanted(done.target)})"
    else:
        content = pformat(
            done.recipe.model_dump(mode="json", exclude_none=True), width=_WIDTH, sort_dicts=False
        )
        yield f"recipe = Recipe.model_validate(\n{content}\n)"
    device = f", device={done.device!r}" if done.recipe.recovery else ""
    yield f"pruned = carry_out(model, recipe, analysis=analysis{calibration}{device})"
    yield 'print(f"{pruned.parameters_kept:,} of {pruned.parameter_count:,} parameters kept")'


def _images(done: Done) -> Iterator[str]:
    if not done.images or not (done.evaluated or done.tuned):
        return
    yield ""
    if done.images.folder is None:
        yield f"images = digits({done.images.part!r})"
    else:
        yield f"images = open_images({done.images.folder!r}, num_classes=model.num_classes)"


def _tuning(done: Done) -> Iterator[str]:
    if done.tuned is not None:
        yield ""
        yield from tuning_lines(done.tuned, done.device)


def _evaluating(done: Done) -> Iterator[str]:
    if not done.images or not done.evaluated:
        return
    if done.tuned is not None:
        yield ""
    reference = ""
    if done.evaluated_dense:
        yield f"dense = evaluate(model, images, device={done.device!r})"
        yield 'print(f"dense: top-1 {dense.top1:.4f} of {dense.n:,} images")'
        reference = ", reference=dense"
    if done.evaluated_pruned:
        yield f"result = evaluate(pruned, images{reference}, device={done.device!r})"
        yield 'print(f"pruned: top-1 {result.top1:.4f} of {result.n:,} images")'


def _exporting(done: Done) -> Iterator[str]:
    subject = "pruned" if done.recipe.rules else "model"
    found = "result" if done.evaluated_pruned else "dense"
    known = done.evaluated_pruned if done.recipe.rules else done.evaluated_dense
    accuracy = f", accuracy={found}.record()" if known else ""
    for file in done.exports:
        yield ""
        packed = "" if file.zstd else ", zstd=False"
        call = f"{subject}, {file.path!r}, format={file.format!r}, dtype={file.dtype!r}"
        yield f"report = export({call}{packed}{accuracy})"
        yield 'print(f"{report.path}: {report.bytes:,} bytes, verified: {report.verified}")'


def _wanted(target: Target) -> str:
    if target.pattern:
        return f"{target.method!r}, pattern={target.pattern!r}, of={target.of!r}"
    return f"{target.method!r}, {target.sparsity!r}, of={target.of!r}"


def _calibration(images: Images) -> str:
    if images.folder is None:
        return f"digits({images.part!r})"
    return f"calibration_images({images.folder!r})"
