"""``rmt-studio export``: a model, or an earlier export, into another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rmt_studio.cli.report import accuracy_line, export_record, progress_bar, screen, write_json
from rmt_studio.cli.work import images_for, load, model_record, require_targets
from rmt_studio.cli.written import Shape, write
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.models.devices import usable_device
from rmt_studio.models.exports import format_named
from rmt_studio.models.exports.hub_push import push_folder
from rmt_studio.models.exports.reading import is_export, load_pruned

if TYPE_CHECKING:
    from rmt_studio.models.loaded_model import LoadedModel


def export_command(
    name: str,
    checkpoint: Path | None,
    output: Path,
    shape: Shape,
    data: Path | None,
    device: str,
    push: str | None,
    json: Path | None,
) -> None:
    """Write a model, or an earlier export, in a format; evaluate it before where images are given.

    Raises:
        InputError: as of `export` and `push_folder`.
    """
    chosen = format_named(shape.format)
    if push is not None and not chosen.is_folder:
        raise InputError("--push", "takes a Hugging Face folder", "add --format hf")
    usable_device(device)
    require_targets((checkpoint,), output, json)
    model = opened(name, checkpoint)
    accuracy = None
    if data is not None:
        with progress_bar("Evaluate") as progress:
            result = evaluate(model, images_for(model, data), device=device, progress=progress)
        screen.print(accuracy_line(result))
        accuracy = result.record()
    report = write(model, output, shape, accuracy)
    told: dict[str, Any] = {**model_record(model), "export": export_record(report)}
    if push is not None:
        with progress_bar("Push") as progress:
            told["pushed_to"] = push_folder(report.path, push, progress=progress)
        screen.print(f"pushed to {told['pushed_to']}")
    if json is not None:
        write_json(json, told)


def opened(name: str, checkpoint: Path | None) -> LoadedModel:
    """Open an earlier export with its recipe and its past, anything else as `load` does."""
    place = checkpoint or Path(name)
    if not is_export(place):
        return load(name, checkpoint)
    with progress_bar("Load") as progress:
        return load_pruned(place, progress=progress)
