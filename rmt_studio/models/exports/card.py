"""The short model card that goes with every export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rmt_studio.models.exports.code import lines
from rmt_studio.models.wording import in_words, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.models.exports.format import Format, Subject

ACCURACY = "accuracy"  # key of the metadata
_MEASURED = (
    "images", "n", "top1", "top1_interval", "top5", "loss", "agreement", "top1_difference",
    "top1_difference_interval",
)  # fmt: skip


def accuracy_text(measured: Mapping[str, Any]) -> str:
    """Return what was measured, as JSON: no times and no devices, which differ each time."""
    kept = {key: measured.get(key) for key in _MEASURED if measured.get(key) is not None}
    return json.dumps(kept, sort_keys=True)


def card(
    chosen: Format, subject: Subject, name: str, picture: str, size: int, nonzero: tuple[int, int]
) -> str:
    """Return a model card in Markdown, with the header that the hub reads.

    Args:
        chosen: the format.
        subject: what was written.
        name: of the file or folder.
        picture: file name of the picture of the spectra; empty for none.
        size: bytes written.
        nonzero: parameters that are not zero, and all of them.
    """
    model, told = subject.model, subject.metadata
    about = [
        ("architecture", f"`{model.architecture}` (timm)"),
        ("format", f"{chosen.label}, {subject.options.dtype}"),
        ("size", in_words(size)),
        ("parameters", f"{nonzero[1]:,}, of which {nonzero[0]:,} are not zero"),
        ("source", f"`{_plain(told.get('source', ''))}`"),
        ("SHA-256 of the source", f"`{told.get('source_sha256') or 'not known'}`"),
        ("written by", f"rmt studio {told.get('rmt_studio_version', '')}"),
    ]
    return lines(
        "---",
        "library_name: timm",
        "pipeline_tag: image-classification",
        "tags: [image-classification, timm, pruning, rmt-studio]",
        "---",
        f"# {_plain(name)}",
        "",
        *_what(told),
        "",
        "| | |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in about),
        "",
        *_accuracy(told),
        "## Load it",
        "",
        "```python",
        chosen.snippet(subject, name),
        "```",
        "",
        *_picture(picture),
        *_recipe(told),
    )


def _what(told: Mapping[str, str]) -> list[str]:
    recipe = _recipe_of(told)
    if not recipe or not recipe.get("rules"):
        return ["A dense network, as it was opened."]
    name = recipe.get("name") or "rules set by hand"
    pruned = f"Pruned: {_plain(name)}, {len(recipe['rules'])} matrices with a rule."
    return [pruned, *_fine_tuning(told)]


def _fine_tuning(told: Mapping[str, str]) -> list[str]:
    """Return what fine-tuning did; a file from elsewhere may claim anything."""
    try:
        found = json.loads(told["finetuning"])
        given = found["settings"]
        line = (
            f"Fine-tuned after that, what was removed held fixed: epoch {found['epoch']:d} of "
            f"{given['epochs']:d}, learning rate {given['learning_rate']:g}, weight of the dense "
            f"model's predictions {given['distillation']:g}. All settings are in the metadata."
        )
    except (KeyError, TypeError, ValueError):
        return []
    return ["", line]


def _recipe_of(told: Mapping[str, str]) -> dict[str, Any]:
    found = json.loads(told["recipe"]) if told.get("recipe") else {}
    return found if isinstance(found, dict) else {}


def _accuracy(told: Mapping[str, str]) -> list[str]:
    if not told.get(ACCURACY):
        return ["Accuracy: not measured when this was written.", ""]
    found = json.loads(told[ACCURACY])
    low, high = found["top1_interval"]
    line = (
        f"top-1 **{found['top1']:.2%}** (95 % interval {low:.1%} to {high:.1%}), top-5 "
        f"{found['top5']:.2%}, loss {found['loss']:.4f}, on {found['n']} images of "
        f"`{_plain(found['images'])}`."
    )
    if "top1_difference" in found and "top1_difference_interval" in found:
        least, most = (100 * end for end in found["top1_difference_interval"])
        line += (
            f" Against the dense model on the same images: {100 * found['top1_difference']:+.2f} "
            f"points (95 % interval {least:+.1f} to {most:+.1f})."
        )
    return ["## Accuracy", "", line, "Measured in memory, in float32.", ""]


def _picture(picture: str) -> list[str]:
    if not picture:
        return []
    text = (
        "Eigenvalues of the matrices of one block as they are in this file, under the "
        "Marchenko-Pastur law fitted to their bulk; what lies above its threshold is a spike."
    )
    return ["## Spectra", "", f"![Spectra]({picture.replace(' ', '%20')})", "", text, ""]


def _recipe(told: Mapping[str, str]) -> list[str]:
    if not told.get("recipe"):
        return []
    text = json.dumps(json.loads(told["recipe"]), indent=1, sort_keys=True)
    summary = "<details><summary>The recipe</summary>"
    return [summary, "", "```json", text.replace("`", "\\u0060"), "```", "", "</details>", ""]


def _plain(text: object) -> str:
    """Return text that Markdown takes for nothing but text."""
    return "".join("_" if c in "`|<>[]*#" else c for c in shown(text, 120))
