"""``rmt-studio finetune``: prune or take up a pruned file, learn, compare, export."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from rmt_studio.analysis import SpectrumCache, analyze
from rmt_studio.cli.epoch_lines import Teller
from rmt_studio.cli.report import (
    accuracy_line,
    export_record,
    progress_bar,
    pruned_line,
    pruned_record,
    screen,
    write_json,
)
from rmt_studio.cli.study import study_bar
from rmt_studio.cli.work import images_to_learn_from, load, model_record, require_targets
from rmt_studio.cli.written import Shape, write
from rmt_studio.data.images import ImageSet, digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.models.devices import usable_device
from rmt_studio.models.export import require_choice
from rmt_studio.models.loading import LoadedModel, load_model
from rmt_studio.pruning import PrunedModel, Recipe, calibration_images
from rmt_studio.studies import carry_out
from rmt_studio.studies.finetune import finetune
from rmt_studio.studies.pairs import PairedDifference
from rmt_studio.studies.pruned_file import as_pruned, counted_as_dense
from rmt_studio.training import (
    EpochReport,
    FineTuning,
    require_no_run,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rmt_studio.evaluation.accuracy import Evaluation

_BATCH = 32
"""Fixed, not by the clock: the accuracy goes into the file, which is to be the same each time."""


@dataclass(frozen=True)
class Wanted:
    """What the command line says about the models and the images."""

    model: str
    checkpoint: Path | None
    recipe: Path | None
    pruned: Path | None
    calibration: Path | None
    data: Path | None
    validate: Path | None
    labels: bool
    folder: Path | None
    resume: bool
    keep_every: int | None
    device: str


@dataclass
class _Best:
    """The best model so far, and why a run ended before its end."""

    model: PrunedModel | None = None
    reports: list[EpochReport] = field(default_factory=list)
    error: BaseException | None = None

    def take(self, model: PrunedModel, report: EpochReport) -> None:
        self.model = model
        self.reports.append(report)


def finetune_command(
    wanted: Wanted, chosen: Mapping[str, Any], output: Path, shape: Shape, json: Path | None
) -> None:
    """Learn, print sparsity and accuracy before and after, write the best model."""
    require_targets((wanted.checkpoint, wanted.recipe, wanted.pruned), output, json)
    require_choice(shape.format, shape.dtype, output)
    usable_device(wanted.device)
    if wanted.folder is not None and not wanted.resume:
        require_no_run(wanted.folder)
    settings = settings_of(chosen, labels=wanted.labels)
    model = load(wanted.model, wanted.checkpoint)
    images = images_to_learn_from(model, wanted.data, labels=wanted.labels)
    validation = _validation(wanted, model)
    pruned = _pruned(wanted, model)
    screen.print(f"before: {pruned_line(pruned)}")
    before = _accuracies(wanted, model, pruned, validation)
    best = _learn(wanted, model, pruned, images, settings, validation)
    if best.model is None:
        if best.error is not None:
            raise best.error
        best.model = pruned
        screen.print("no epoch is better than the model before, which is written as it was")
    screen.print(f"after:  {pruned_line(best.model)}")
    after = None
    if before is not None:
        after = _evaluated("after", wanted, best.model, validation, before[0])
        screen.print(f"after:  {accuracy_line(after)}")
        screen.print(_gain(PairedDifference.of(after, before[1])))
    report = write(best.model, output, shape, after.record() if after else None)
    if json is not None:
        told = {
            **model_record(model),
            **pruned_record(best.model),
            "settings": settings.model_dump(mode="json"),
            "best_epochs": [one.record() for one in best.reports],
            "dense": before[0].record() if before else None,
            "before": before[1].record() if before else None,
            "after": after.record() if after else None,
            "export": export_record(report),
        }
        write_json(json, told)
    if best.error is not None:
        raise best.error


def settings_of(chosen: Mapping[str, Any], *, labels: bool) -> FineTuning:
    """Return the settings that were given, the others by default.

    Without labels the dense model's predictions are all of the loss, unless it was said otherwise.

    Raises:
        InputError: a value that makes no sense; names the option.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    for name in ("scale", "ratio"):
        if name in given:
            given[name] = given[name].split(",")
    if not labels:
        given.setdefault("distillation", 1.0)
    try:
        return FineTuning(**given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "finetune"
        raise InputError(f"--{option}", first["msg"]) from error


def _validation(wanted: Wanted, model: LoadedModel) -> ImageSet | None:
    if wanted.validate is not None:
        return open_images(wanted.validate, num_classes=model.num_classes)
    return digits() if model.source.kind == "demo" and wanted.data is None else None


def _pruned(wanted: Wanted, model: LoadedModel) -> PrunedModel:
    if wanted.pruned is not None:
        with progress_bar("Read") as progress:
            opened = load_model(wanted.model, checkpoint=wanted.pruned, progress=progress)
            found = as_pruned(model, opened, progress)
        _warn_of(counted_as_dense(found))
        return found
    assert wanted.recipe is not None  # noqa: S101 - one of the two is there
    recipe = Recipe.open(wanted.recipe)
    images = None if wanted.calibration is None else calibration_images(wanted.calibration)
    if images is None and recipe.needs_images and model.source.kind == "demo":
        images = digits("train")
    with progress_bar("Analyse") as progress:
        fit = recipe.bulk_fit
        analysis = analyze(
            model, method=fit.method, options=fit.options, progress=progress, cache=SpectrumCache()
        )
    with progress_bar("Prune") as progress:
        return carry_out(
            model,
            recipe,
            analysis=analysis,
            calibration=images,
            device=wanted.device,
            progress=progress,
        )


def _warn_of(layers: list[str]) -> None:
    if layers:
        screen.print(
            f"{len(layers)} matrices were stored in parts that the file does not tell: they count "
            f"as dense, and what moves is their sum or product: {', '.join(layers)}"
        )


def _accuracies(
    wanted: Wanted, model: LoadedModel, pruned: PrunedModel, validation: ImageSet | None
) -> tuple[Evaluation, Evaluation] | None:
    """Return the evaluations of the dense and of the pruned model, and print the latter."""
    if validation is None:
        return None
    dense = _evaluated("dense", wanted, model, validation, None)
    before = _evaluated("before", wanted, pruned, validation, dense)
    screen.print(f"dense:  {accuracy_line(dense)}")
    screen.print(f"before: {accuracy_line(before)}")
    return dense, before


def _evaluated(
    name: str,
    wanted: Wanted,
    model: LoadedModel,
    images: ImageSet | None,
    reference: Evaluation | None,
) -> Evaluation:
    assert images is not None  # noqa: S101 - accuracies are asked for where there are images
    with progress_bar(f"Evaluate ({name})") as progress:
        return evaluate(
            model,
            images,
            reference=reference,
            device=wanted.device,
            batch_size=_BATCH,
            progress=progress,
        )


def _gain(pair: PairedDifference) -> str:
    """Return one line on what fine-tuning changed, with the paired interval."""
    low, high = pair.interval
    return (
        f"fine-tuning: {100 * pair.difference:+.2f} points of top-1 "
        f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f}), n = {pair.n}"
    )


def _learn(
    wanted: Wanted,
    model: LoadedModel,
    pruned: PrunedModel,
    images: ImageSet,
    settings: FineTuning,
    validation: ImageSet | None,
) -> _Best:
    best = _Best()
    with study_bar("Fine-tune") as (progress, say):
        try:
            finetune(
                model,
                pruned,
                images,
                settings,
                validation=validation,
                device=wanted.device,
                folder=wanted.folder,
                resume=wanted.resume,
                keep_every=wanted.keep_every,
                on_report=Teller(say).hear,
                on_best=best.take,
                progress=progress,
            )
        except KeyboardInterrupt:
            say(_ended("interrupted", best))
            best.error = KeyboardInterrupt()
        except InputError as error:
            say(_ended("stopped", best))
            best.error = error
    return best


def _ended(how: str, best: _Best) -> str:
    if not best.reports:
        return f"{how} before an epoch was better than the start: there is nothing to keep"
    return f"{how}: the best so far, of epoch {best.reports[-1].epoch}, is kept"
