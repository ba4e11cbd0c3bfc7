"""Dense safetensors under timm's own names, and the same as a Hugging Face folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rmt_studio.models.exports.code import create_model, lines, quoted
from rmt_studio.models.exports.format import Format, Subject, dense_bytes
from rmt_studio.models.exports.safetensors_file import write_safetensors

if TYPE_CHECKING:
    from pathlib import Path

    from rmt_studio.progress import Progress

WEIGHTS, CONFIG = "model.safetensors", "config.json"


def _write(subject: Subject, path: Path, progress: Progress) -> None:
    write_safetensors(path, subject.tensors(), subject.metadata, progress)


def _snippet(subject: Subject, path: str) -> str:
    if not subject.model.can_run:
        load = f"stored = load_file({quoted(path)})  # name to tensor"
        return lines("from safetensors.torch import load_file", "", load)
    return lines(
        "import timm",
        "from safetensors.torch import load_file",
        "",
        create_model(subject),
        f"model.load_state_dict(load_file({quoted(path)}))",
        "model.eval()",
    )


def _write_folder(subject: Subject, path: Path, progress: Progress) -> None:
    write_safetensors(path / WEIGHTS, subject.tensors(), subject.metadata, progress)
    text = json.dumps(hub_config(subject), indent=2, sort_keys=True, ensure_ascii=False)
    (path / CONFIG).write_text(text + "\n", encoding="utf-8")


def hub_config(subject: Subject) -> dict[str, Any]:
    """Return a ``config.json`` in timm's layout, as ``timm.models.load_model_config`` reads it."""
    model = subject.model
    registered: dict[str, Any] = getattr(subject.module, "pretrained_cfg", None) or {}
    architecture, _, tag = model.architecture.partition(".")
    arguments = model.arguments
    settings = {
        **{key: registered.get(key) for key in ("first_conv", "classifier", "fixed_input_size")},
        **model.data_config,
        "num_classes": model.num_classes,
        "custom_load": False,
    }
    if tag:
        settings["tag"] = tag
    config = {
        "architecture": architecture,
        "num_classes": model.num_classes,
        "num_features": getattr(subject.module, "num_features", None),
        "model_args": {k: v for k, v in arguments.items() if k != "num_classes"},
        "pretrained_cfg": {k: v for k, v in settings.items() if v is not None},
    }
    return {key: value for key, value in config.items() if value is not None}


def _folder_snippet(subject: Subject, path: str) -> str:
    return lines(
        "import timm",
        "",
        f"model = timm.create_model({quoted(f'local-dir:{path}')}, pretrained=True)",
        "model.eval()",
    )


DENSE = Format(
    key="dense",
    label="Dense safetensors",
    gives="One file under timm's own names. Loads anywhere; zeros take their full room.",
    suffix=".safetensors",
    dtypes=("fp32", "fp16", "bf16"),
    write=_write,
    snippet=_snippet,
    loads_with=("timm", "safetensors"),
    content_bytes=dense_bytes,
    runs=False,
)
FOLDER = Format(
    key="hf",
    label="Hugging Face folder",
    gives="config.json, model.safetensors and a model card: opens by timm's local-dir, or as a "
    "model on the hub.",
    suffix="",
    dtypes=("fp32", "fp16", "bf16"),
    write=_write_folder,
    snippet=_folder_snippet,
    loads_with=("timm",),
    content_bytes=dense_bytes,
)
