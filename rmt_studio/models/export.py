"""Write a model in one of the formats of `exports`, and prove that the file gives its logits."""

from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_folder import atomic_folder
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.exports import (
    FORMATS,
    Format,
    Options,
    Subject,
    as_written,
    format_named,
    formats_for,
    require_extra,
)
from rmt_studio.models.exports.card import ACCURACY, accuracy_text, card
from rmt_studio.models.exports.dense import WEIGHTS
from rmt_studio.models.exports.picture import draw_spectra, panels_of
from rmt_studio.models.exports.safetensors_file import write_safetensors
from rmt_studio.models.verification import Verification, verify
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmt_studio.models.loaded_model import LoadedModel

__all__ = ["ExportReport", "export", "own_version", "subject_of", "write_safetensors"]

_WEIGHTS_SUFFIXES = (".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".onnx", ".pt2", ".json")
_README, _PICTURE = "README.md", "spectra.png"


@dataclass(frozen=True)
class ExportReport:
    """What was written.

    Attributes:
        path: the file or folder.
        bytes: its size; of a folder, that of the weights.
        sha256: of the file; of a folder, that of the weights.
        max_logit_difference: largest absolute difference of a logit between the model in memory
            and what a fresh process loads; None where not asked for, or where there are no logits.
        verified: whether a fresh process loaded it and found it within the tolerance.
        format: key of the format.
        dtype, zstd: type of the floating tensors, and whether they are packed.
        files: everything that was written, the model card and the picture as well.
        snippet: lines of Python that load it.
        rounding: how much of the difference is the rounding to the dtype.
        tensors_compared: of a state dict without an architecture, how many tensors were compared
            bit by bit in place of logits.
    """

    path: Path
    bytes: int
    sha256: str
    max_logit_difference: float | None
    verified: bool
    format: str = "dense"
    dtype: str = "fp32"
    zstd: bool = False
    files: tuple[Path, ...] = ()
    snippet: str = ""
    rounding: float | None = None
    tensors_compared: int = 0


def export(
    model: LoadedModel,
    path: Path | str,
    *,
    format: str = "dense",
    dtype: str | None = None,
    zstd: bool = True,
    accuracy: Mapping[str, Any] | None = None,
    verify: bool = True,
    progress: Progress = no_progress,
) -> ExportReport:
    """Write a model with its provenance, a model card and a picture of spectra; all or nothing.

    The file is verified before it takes its place: an older one there stays until then, and stays
    for good when the verification fails. Beside a file ``name.safetensors`` stand
    ``name.README.md`` and ``name.spectra.png``; a folder holds ``README.md`` and ``spectra.png``.

    Args:
        model: what to write; not changed.
        path: where to; the folder around it must exist.
        format: a key of `rmt_studio.models.exports.FORMATS`.
        dtype: of the floating tensors: "fp32", "fp16" or "bf16"; by default the format's usual one.
        zstd: pack with zstd, where the format can.
        accuracy: what an evaluation of this model found, as ``Evaluation.record()`` gives it.
        verify: run the loading code in a fresh process, without this package, and compare the
            logits of seeded images, or the tensors of a state dict without an architecture.
        progress: called between the steps; may raise `Cancelled`.

    Raises:
        InputError: an unknown format, a model that is nothing for it, an extra that is missing, a
            path that is the model's own source or cannot be written, or other logits.
    """
    path, chosen = Path(path), require_choice(format, dtype, Path(path))
    if chosen not in formats_for(model):
        reason = f"cannot become {chosen.label}: its architecture is not known"
        raise InputError(model.title, reason, "name its architecture when you open it")
    written = as_written(model, chosen)
    subject = subject_of(written, chosen, dtype=dtype, zstd=zstd, accuracy=accuracy)
    subject = replace(subject, opened=model)
    _require_not_the_source(model, path)
    progress(0, 2, f"writing {path.name}")
    write = _write_folder if chosen.is_folder else _write_file
    return write(chosen, subject, path, verify, progress)


def require_choice(format: str, dtype: str | None, path: Path) -> Format:
    """Check, before any work is done, what can be told without a model; gives the format.

    Raises:
        InputError: an unknown format, an extra that is missing, a dtype that the format does not
            have, or a name that is none for it.
    """
    chosen = format_named(format)
    require_extra(chosen)
    if dtype is not None:
        _require_dtype(chosen, dtype)
    _require_name(path, chosen)
    return chosen


def subject_of(
    model: LoadedModel,
    chosen: Format,
    *,
    dtype: str | None = None,
    zstd: bool = True,
    accuracy: Mapping[str, Any] | None = None,
) -> Subject:
    """Return what a format is given to write.

    Raises:
        InputError: the format has no such dtype.
    """
    dtype = dtype or chosen.dtypes[0]
    _require_dtype(chosen, dtype)
    metadata = {
        **model.provenance,
        "format": "pt",
        "rmt_studio_version": own_version(),
        "rmt_studio_format": chosen.key,
        "dtype": dtype,
    }
    if accuracy:
        metadata[ACCURACY] = accuracy_text(accuracy)
    return Subject(model, Options(dtype, zstd and chosen.packs), metadata)


def _write_file(
    chosen: Format, subject: Subject, path: Path, wanted: bool, progress: Progress
) -> ExportReport:
    files = (path, path.with_name(f"{path.stem}.{_README}"), path.with_suffix(f".{_PICTURE}"))
    for beside in files[1:]:
        _require_no_folder(beside)
    with ExitStack() as places:
        drawn, text = (places.enter_context(atomic_write(file)) for file in (files[2], files[1]))
        main = places.enter_context(atomic_write(path))  # the last in is the first to be moved
        chosen.write(subject, main, _within(progress, 0))
        found = _verified(chosen, subject, main, path, wanted, progress)
        size, sha256 = main.stat().st_size, _sha256(main)
        _write_card(chosen, subject, path.name, (text, drawn, files[2].name), size, progress)
        progress(2, 2, "")  # the last place to cancel at: from here on the files are there
    return _report(chosen, subject, files, (size, sha256), found)


def _write_folder(
    chosen: Format, subject: Subject, path: Path, wanted: bool, progress: Progress
) -> ExportReport:
    with atomic_folder(path) as folder:
        chosen.write(subject, folder, _within(progress, 0))
        found = _verified(chosen, subject, folder, path, wanted, progress)
        main = folder / WEIGHTS
        size, sha256 = main.stat().st_size, _sha256(main)
        places = (folder / _README, folder / _PICTURE, _PICTURE)
        _write_card(chosen, subject, path.name, places, size, progress)
        names = sorted(file.name for file in folder.iterdir())
        progress(2, 2, "")
    files = (path, *(path / name for name in names))
    return _report(chosen, subject, files, (size, sha256), found)


def _verified(
    chosen: Format, subject: Subject, place: Path, path: Path, wanted: bool, progress: Progress
) -> Verification | None:
    progress(1, 2, "verifying in a fresh process" if wanted else "")
    return verify(chosen, subject, place, path, progress) if wanted else None


def _write_card(
    chosen: Format,
    subject: Subject,
    name: str,
    places: tuple[Path, Path, str],
    size: int,
    progress: Progress,
) -> None:
    text, drawn, picture = places
    panels = panels_of(subject.model, _within(progress, 1))
    drawn.write_bytes(draw_spectra(panels, "png") if panels else b"")
    parameters = list(subject.module.parameters())
    nonzero = sum(int(torch.count_nonzero(tensor)) for tensor in parameters)
    counts = (nonzero, sum(tensor.numel() for tensor in parameters))
    written = card(chosen, subject, name, picture if panels else "", size, counts)
    text.write_text(written, encoding="utf-8")


def _report(
    chosen: Format,
    subject: Subject,
    files: tuple[Path, ...],
    found: tuple[int, str],
    verification: Verification | None,
) -> ExportReport:
    return ExportReport(
        path=files[0],
        bytes=found[0],
        sha256=found[1],
        max_logit_difference=verification.max_logit_difference if verification else None,
        verified=verification is not None,
        format=chosen.key,
        dtype=subject.options.dtype,
        zstd=subject.options.zstd,
        files=files,
        snippet=chosen.snippet(subject, str(files[0].absolute())),
        rounding=verification.rounding if verification else None,
        tensors_compared=verification.tensors if verification else 0,
    )


def _require_dtype(chosen: Format, dtype: str) -> None:
    if dtype not in chosen.dtypes:
        next_step = f"choose {' or '.join(chosen.dtypes)}"
        raise InputError(chosen.label, f"is not written in {dtype!r}", next_step)


def _require_name(path: Path, chosen: Format) -> None:
    suffix = path.suffix.lower()
    wrong = suffix in _WEIGHTS_SUFFIXES if chosen.is_folder else suffix != chosen.suffix
    if wrong:
        right = path.with_suffix(chosen.suffix).name
        others = [one.key for one in FORMATS.values() if one.suffix == suffix]
        next_step = f"write {right}" + (f", or choose the format {others[0]}" if others else "")
        kind = "a folder" if chosen.is_folder else f"a {chosen.suffix} file"
        raise InputError(path, f"does not look like the name of {kind}", next_step)


def _require_not_the_source(model: LoadedModel, path: Path) -> None:
    sources = (model.source.file, *model.source.files)
    if any(source is not None and _is_same(source, path) for source in sources):
        reason = "is the file that the model was opened from"
        raise InputError(path, reason, "choose another name: the source is never overwritten")


def _is_same(source: Path, path: Path) -> bool:
    return os.path.exists(source) and os.path.exists(path) and os.path.samefile(source, path)


def _require_no_folder(path: Path) -> None:
    if path.is_dir():
        raise InputError(path, "is a folder, and the model card goes there", "choose another name")


def own_version() -> str:
    """Return the version of this package."""
    try:
        return version("rmt-studio")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _within(progress: Progress, step: int) -> Progress:
    """Return a callback whose steps are steps within one of the two halves of the work."""

    def report(done: int, total: int, note: str = "") -> None:
        progress(step, 2, note)

    return report
