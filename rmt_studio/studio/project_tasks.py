"""The work behind opening a project: read the file, load its model, make sure it is the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rmt_studio.data.images import ImageSet, digits, open_images
from rmt_studio.errors import InputError
from rmt_studio.models.loading import LoadedModel, load_model
from rmt_studio.pruning import calibration_images, check_recipe
from rmt_studio.studio.project import ImagesReference, Project, fingerprint_of, layout_of
from rmt_studio.studio.project_codec import project_of
from rmt_studio.studio.project_file import ProjectFile

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.progress import Progress
    from rmt_studio.studio.project import ModelReference

_SHOWN = 12  # letters of a hash
_OTHER = "choose the file that the project was made with"


@dataclass(frozen=True, eq=False)
class Opened:
    """A project file and what it refers to.

    Attributes:
        file: open, for this process alone.
        kept: what the file holds.
        project: the same with the model where it is now and the spectra that still hold.
        model: None where it could not be opened.
        images: None where there are none, or they are gone.
        calibration: the same.
        missing: why there is no model; empty where there is one.
        gone: what is wrong with the images, a line each.
    """

    file: ProjectFile
    kept: Project
    project: Project
    model: LoadedModel | None = None
    images: ImageSet | None = None
    calibration: ImageSet | None = None
    missing: str = ""
    gone: tuple[str, ...] = ()


def open_project(path: str, progress: Progress) -> Opened:
    """Open a project file and its model; a model that is not there is no error, see `Opened`.

    Raises:
        InputError: the file is no project, damaged, open elsewhere, or does not fit its model.
    """
    progress(0, 100, "reading the project")
    file = ProjectFile.open(path)
    try:
        project = project_of(file.read(), Path(path).name)
        found = _beside(project.model, file.path)
        try:
            model = _loaded(project.model, found, progress)
        except InputError as error:
            return Opened(file, project, project, missing=str(error))
        return _with_model(Opened(file, project, project), model, found)
    except BaseException:
        file.close()
        raise


def locate_model(opened: Opened, place: str, progress: Progress) -> Opened:
    """Return a project whose model was missing with the model that a person found.

    Raises:
        InputError: it is another model, cannot be opened, or the project does not fit it.
    """
    found = opened.project.model.at(place)
    return _with_model(opened, _loaded(opened.project.model, found, progress), found)


def _beside(wanted: ModelReference, file: Path) -> ModelReference:
    """Return the model where it was, or beside the project if both were moved together."""
    if not wanted.place or Path(wanted.place).exists():
        return wanted
    beside = file.parent / Path(wanted.place).name
    return wanted.at(str(beside)) if beside.exists() else wanted


def _loaded(wanted: ModelReference, found: ModelReference, progress: Progress) -> LoadedModel:
    """Load a model and refuse another than the project's."""
    if found.place and not Path(found.place).exists():
        raise InputError(found.place, "is not there any more", "say where it is now")
    model = load_model(found.name, checkpoint=found.checkpoint or None, progress=progress)
    where = found.place or found.name
    if layout_of(model.layers) != wanted.layout:
        reason = f"is another network than the project's {wanted.title}"
        raise InputError(where, reason, _OTHER)
    if wanted.fingerprint and (now := fingerprint_of(model, progress)) != wanted.fingerprint:
        hashes = f"SHA-256 {now[:_SHOWN]}, not {wanted.fingerprint[:_SHOWN]}"
        raise InputError(where, f"holds other weights than the project's ({hashes})", _OTHER)
    return model


def _with_model(opened: Opened, model: LoadedModel, found: ModelReference) -> Opened:
    project, history = opened.project, opened.project.history
    for recipe in (history.base, *(step.recipe for step in history.steps)):
        check_recipe(model, recipe)
    known = {layer.name: layer for layer in model.layers}
    layers = tuple(x for x in project.layers if known.get(x.name) == x.layer and _fits(x, project))
    for layer in layers:
        _ = layer.edge, layer.tail  # computed here, not in a window
    skipped = project.skipped & known.keys()
    images, gone = _images(project.images, model.num_classes, calibrate=False)
    calibration, gone_too = _images(project.calibration, None, calibrate=True)
    return replace(
        opened,
        project=Project(
            model=found,
            history=history,
            images=project.images,
            calibration=project.calibration,
            layers=layers,
            skipped=skipped,
            runs=project.runs,
        ),
        model=model,
        images=images,
        calibration=calibration,
        missing="",
        gone=tuple(filter(None, (gone, gone_too))),
    )


def _fits(layer: LayerAnalysis, project: Project) -> bool:
    """Return whether a fit was made as the recipe says."""
    wanted = project.history.recipe.bulk_fit
    return (layer.fit.method, layer.fit.options) == (wanted.method, wanted.options)


def _images(
    wanted: ImagesReference | None, classes: int | None, *, calibrate: bool
) -> tuple[ImageSet | None, str]:
    """Return the images, and what is wrong with them."""
    if wanted is None:
        return None, ""
    try:
        if wanted.kind == "digits":
            return digits("train" if wanted.location == "train" else "test"), ""
        if calibrate:
            return calibration_images(wanted.location), ""
        return open_images(wanted.location, num_classes=classes), ""
    except InputError as error:
        return None, str(error)
