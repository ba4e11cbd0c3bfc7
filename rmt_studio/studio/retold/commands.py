"""The steps as commands for a POSIX shell."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rmt_studio import __version__
from rmt_studio.pruning import BulkFitSettings
from rmt_studio.studio.retold.tuning import tuning_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmt_studio.studio.retold.done import Done, Images

RECIPE, PRUNED = "rmt-studio-recipe.json", "rmt-studio-pruned.safetensors"
TUNED = "rmt-studio-tuned.safetensors"
_END = "END_OF_RECIPE"  # no line of a recipe: they begin with a brace or a blank


def as_commands(done: Done) -> str:
    """Return commands that open, analyse, prune, evaluate and export as was done.

    A recipe that does not follow from a target alone is written to a file first. Files without a
    place of their own go to the folder that the commands are pasted in.
    """
    lines = [f"# rmt studio {__version__}: what was done in the window", *_analyzing(done)]
    if done.recipe.rules:
        lines += _pruning(done)
        lines += _tuning(done)
    lines += [*_evaluating(done), *_exporting(done)]
    return "\n".join(lines) + "\n"


def _call(command: str, *words: str) -> str:
    return shlex.join(["rmt-studio", command, *words])


def _model(done: Done) -> list[str]:
    return [done.name, *(["--checkpoint", done.checkpoint] if done.checkpoint else [])]


def _analyzing(done: Done) -> Iterator[str]:
    fit = done.recipe.bulk_fit
    if fit != BulkFitSettings(method=fit.method):
        yield f"# the window fits with the options {fit.options}, the command with the usual ones"
    yield _call("analyze", *_model(done), "--method", fit.method)


def _pruning(done: Done) -> Iterator[str]:
    target = done.target
    if target is None or done.recipe.bulk_fit != BulkFitSettings():
        yield f"cat > {RECIPE} <<'{_END}'\n{done.recipe.to_json()}\n{_END}"
        how = ["--recipe", RECIPE]
    else:
        share = ["--pattern", target.pattern] if target.pattern else []
        share = share or ["--sparsity", repr(target.sparsity)]
        how = ["--method", target.method, *share, "--of", target.of]
    calibration = []
    if done.calibration and done.calibration.folder:
        calibration = ["--calibration", done.calibration.folder]
    yield _call("prune", *_model(done), *how, *calibration, "-o", PRUNED)


def _tuning(done: Done) -> Iterator[str]:
    if (tuned := done.tuned) is None:
        return
    if tuned.validation == "held out":
        yield "# the window chose the best epoch on a tenth of the images, the command by the loss"
    words = ["--pruned", PRUNED, *tuning_words(tuned, done.images), "--device", done.device]
    yield _call("finetune", *_model(done), *words, "-o", TUNED)


def _made(done: Done) -> str:
    return PRUNED if done.tuned is None else TUNED


def _evaluating(done: Done) -> Iterator[str]:
    if not done.images:
        return
    rest = [*_data(done.images), "--device", done.device]
    if done.evaluated_dense:
        yield _call("evaluate", *_model(done), *rest)
    if done.evaluated_pruned:
        file = _made(done)
        by_itself = [file] if done.images.folder else ["demo", "--checkpoint", file]
        yield _call("evaluate", *by_itself, *rest)


def _exporting(done: Done) -> Iterator[str]:
    subject = [_made(done)] if done.recipe.rules else _model(done)
    for file in done.exports:
        packed = [] if file.zstd else ["--no-zstd"]
        how = ["--format", file.format, "--dtype", file.dtype, *packed]
        yield _call("export", *subject, "-o", file.path, *how)


def _data(images: Images) -> list[str]:
    return ["--data", images.folder] if images.folder else []
