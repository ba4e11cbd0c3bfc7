"""Fine-tune a pruned model: what a recipe removed stays removed.

Every matrix is computed from what its rule left free (`rmt_studio.studies.constraints`), so its
sparsity is the same after any step. The optimiser's settings are those of METHODS: AdamW
(Loshchilov & Hutter, 2019), cosine with warm-up, distillation (Hinton et al., 2015).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import rmt_studio
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.evaluation.private_copy import private_copy
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.devices import usable_device
from rmt_studio.models.export import subject_of
from rmt_studio.models.exports.dense import DENSE
from rmt_studio.progress import Progress, no_progress, ticking
from rmt_studio.studies.constraints import constraints
from rmt_studio.studies.identity import images_identity, model_hash
from rmt_studio.studies.learned import with_network, with_parameters
from rmt_studio.training import (
    EpochReport,
    FineTuning,
    Report,
    RunFile,
    Score,
    Trained,
    Views,
    train,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import PrunedModel

BEST = "best.safetensors"
NOTE = "finetuning"  # of the provenance
_SHOWN = 12  # letters of a hash


@dataclass(frozen=True)
class FineTuned:
    """What fine-tuning gave.

    Attributes:
        model: of the best epoch; its sparsity is that of the model before.
        reports: of all epochs.
        stopped: "done", or "early" when patience ran out.
        best_epoch: 1 for the first; 0 where validation found none better than the model before,
            which is then the model.
    """

    model: PrunedModel
    reports: tuple[EpochReport, ...]
    stopped: Literal["done", "early"]
    best_epoch: int


def finetune(
    dense: LoadedModel,
    pruned: PrunedModel,
    images: ImageSet,
    settings: FineTuning | None = None,
    *,
    validation: ImageSet | None = None,
    device: str = "cpu",
    folder: Path | None = None,
    resume: bool = False,
    keep_every: int | None = None,
    on_report: Callable[[Report], None] | None = None,
    on_best: Callable[[PrunedModel, EpochReport], None] | None = None,
    progress: Progress = no_progress,
) -> FineTuned:
    """Return the pruned model after fine-tuning; both models are left as they are.

    On a CPU with a given number of threads the result is the same to the last bit, whether or not
    the run was interrupted and gone on with.

    Args:
        dense: the teacher, and what effects are measured against.
        pruned: made from it; its zeros, ranks and parts stay as they are.
        images: to learn from; labels are needed unless ``settings.distillation`` is 1.
        settings: how long and how.
        validation: labelled images that say which epoch is the best, and whether it is better than
            the model before; without them the training loss does the former.
        device: where to compute.
        folder: receives the state of the run, to go on from, and the best model so far.
        resume: go on with the run in the folder; else it must not hold one.
        keep_every: also keep the model of every so many epochs there, `epoch-0003.safetensors`.
        on_report: called after each step and each epoch; a run that is gone on with first tells
            again of the epochs that it has, and hands its best to ``on_best``.
        on_best: called with the whole model each time an epoch is the best so far; what it
            received last is what a cancelled run leaves.
        progress: called between steps and between blocks; may raise `Cancelled`.

    Raises:
        InputError: images without labels where they are needed, an image that cannot be read, a
            loss that is not finite (the best so far was given to ``on_best``), or a folder with
            a run that does not agree.
    """
    settings = settings or FineTuning()
    require_images(dense, images, settings)
    place = usable_device(device)

    def tick() -> None:
        progress(0, 1, "preparing")

    run = _Run(dense, pruned, settings, folder, keep_every, on_best)
    validate = None
    if validation is not None:
        validate = run.scores(validation, device)
    trained = train(
        private_copy(pruned.module, place),
        constraints(pruned, tick),
        Views(images, dense.data_config, settings),
        settings,
        device=place,
        teacher=private_copy(dense.module, place) if settings.needs_teacher else None,
        validate=validate,
        file=run.file(images, validation, place.type, tick),
        resume=resume,
        on_report=on_report,
        on_epoch=run.keep,
        progress=progress,
    )
    return run.result(trained, lambda: progress(1, 1, ""))


def require_images(dense: LoadedModel, images: ImageSet, settings: FineTuning) -> None:
    """Refuse images that a model cannot learn from in this way.

    Raises:
        InputError: none, no labels where they are needed, or other classes.
    """
    if not len(images):
        raise InputError(images.name, "holds no images to learn from", "give another folder")
    if not settings.needs_labels:
        return
    if not images.has_labels:
        reason = "has no labels, and the loss looks at them"
        raise InputError(images.name, reason, "learn from the dense model alone (distillation 1)")
    if dense.num_classes is not None and len(images.class_names) != dense.num_classes:
        reason = f"has {len(images.class_names)} classes and the model {dense.num_classes} outputs"
        raise InputError(images.name, reason, "give images of its classes, or distillation 1")


@dataclass(frozen=True)
class _Run:
    """What is made of the parameters of an epoch."""

    dense: LoadedModel
    pruned: PrunedModel
    settings: FineTuning
    folder: Path | None
    keep_every: int | None
    on_best: Callable[[PrunedModel, EpochReport], None] | None

    def model(
        self, parameters: dict[str, Tensor], epoch: int, tick: Callable[[], None]
    ) -> PrunedModel:
        told = {"settings": self.settings.model_dump(mode="json"), "epoch": epoch}
        note = {NOTE: json.dumps(told, sort_keys=True)}
        network = with_parameters(self.pruned.module, parameters)
        return with_network(self.dense, self.pruned, network, note, tick)

    def scores(
        self, images: ImageSet, device: str
    ) -> Callable[[dict[str, Tensor], Progress], Score]:
        def validate(parameters: dict[str, Tensor], progress: Progress) -> Score:
            network = with_parameters(self.pruned.module, parameters)
            found = evaluate(
                replace(self.pruned, module=network),
                images,
                device=device,
                batch_size=self.settings.batch,  # one that follows the clock would not repeat
                progress=progress,
            )
            return Score(found.top1, found.loss)

        return validate

    def file(
        self,
        images: ImageSet,
        validation: ImageSet | None,
        device: str,
        tick: Callable[[], None],
    ) -> RunFile | None:
        if self.folder is None:
            return None
        settings = self.settings.model_dump(mode="json")
        return RunFile(
            self.folder,
            {
                "version": rmt_studio.__version__,
                "dense model": f"{self.dense.title}, {model_hash(self.dense, tick)[:_SHOWN]}",
                "device": device,
                "pruned model": model_hash(self.pruned, tick)[:_SHOWN],
                "images": _all_of(images),
                "validation images": _all_of(validation) if validation else "none",
                **{name: json.dumps(value) for name, value in settings.items()},
            },
        )

    def keep(
        self, parameters: dict[str, Tensor], report: EpochReport, tick: Callable[[], None]
    ) -> None:
        """Hand on and write the model of an epoch where it is wanted."""
        every = self.keep_every
        wanted = every is not None and report.epoch % every == 0
        if not wanted and not report.best:
            return
        model = self.model(parameters, report.epoch, tick)
        if self.folder is not None and wanted:
            _write(model, self.folder / f"epoch-{report.epoch:04d}.safetensors", tick)
        if report.best:
            if self.folder is not None:
                _write(model, self.folder / BEST, tick)
            if self.on_best is not None:
                self.on_best(model, report)

    def result(self, trained: Trained, tick: Callable[[], None]) -> FineTuned:
        epoch = trained.best_epoch
        model = self.model(trained.parameters, epoch, tick) if epoch else self.pruned
        return FineTuned(model, trained.reports, trained.stopped, epoch)


def _all_of(images: ImageSet) -> str:
    return images_identity(images, list(range(len(images))))


def _write(model: PrunedModel, path: Path, tick: Callable[[], None]) -> None:
    """Write a checkpoint that opens like a dense export, without the card and the picture."""
    with atomic_write(path) as beside:
        DENSE.write(subject_of(model, DENSE), beside, ticking(tick))
