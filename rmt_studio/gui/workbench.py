"""What the window can do: every action of a person, as one call on the open document.

Widgets hold a `Workbench`, read ``workbench.document`` and call the methods here. Long work goes
to a job; its result comes back through the bridge and is put into the document in the window's
thread, unless another model was opened meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from rmt_studio.errors import InputError
from rmt_studio.gui.analyses import Analyses
from rmt_studio.gui.comparisons import Comparisons
from rmt_studio.gui.device_choice import DeviceChoice
from rmt_studio.gui.edits import EditRecipe
from rmt_studio.gui.exports import Exports
from rmt_studio.gui.image_sets import ImageSets
from rmt_studio.gui.job_desk import DISK, JobDesk
from rmt_studio.gui.lens import Lens
from rmt_studio.gui.model_opening import ModelOpening
from rmt_studio.gui.predictions import Predictions
from rmt_studio.gui.project import ProjectDesk
from rmt_studio.gui.project_opening import ProjectOpening
from rmt_studio.gui.refusals import why_not_evaluate, why_not_prune
from rmt_studio.gui.runs import Runs
from rmt_studio.gui.study import ComparisonStudy, SearchStudy
from rmt_studio.gui.targets import Targets
from rmt_studio.gui.training.cycles_study import CyclesStudy
from rmt_studio.gui.training.fine_tuner import FineTuner
from rmt_studio.pruning import BulkFitSettings, Recipe, check_recipe
from rmt_studio.studio.document import AnalysisCleared, Document, ModelOpened
from rmt_studio.studio.export_tasks import ExportChoice
from rmt_studio.studio.targets import Target

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rmt_studio.pruning import LayerProfile, LayerRule
    from rmt_studio.studio.document import Comparing, DocumentEvent
    from rmt_studio.studio.jobs import Job


class Workbench(QObject):
    """The open document, its undo history, its jobs and what is selected.

    Signals:
        document_changed (object): a `DocumentEvent`.
        job_changed (object): a `JobEvent`.
        selection_changed (): `selection` or `current` differ.
        profile_ready (str): `profile` of this layer is there.
        failed (str, str): a title and one line for a person; the details are in the terminal.
        told (str): one line for the status bar.
        exported (object): an `ExportReport`.
        looked_at (object): an `Offer`, what a checkpoint is likely to be.
    """

    document_changed = Signal(object)
    job_changed = Signal(object)
    selection_changed = Signal()
    profile_ready = Signal(str)
    failed = Signal(str, str)
    told = Signal(str)
    exported = Signal(object)
    looked_at = Signal(object)

    def __init__(self, parent: QObject | None = None, undo_stack: QUndoStack | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        self.undo_stack = QUndoStack(self) if undo_stack is None else undo_stack
        self.device = "cpu"
        self.selection: tuple[str, ...] = ()
        self.current: str | None = None
        self.default_fit = BulkFitSettings()
        self.jobs = self._desk = JobDesk(self)
        self.devices = DeviceChoice(self, self._desk)
        self.models = ModelOpening(self, self._desk)
        self._predictions = Predictions(self.document, self._desk, self)
        self.runs = Runs(self.document, self._desk, self)
        self._analyses = Analyses(self.document, self._desk, self)
        self.exports = Exports(self.document, self._desk, self)
        self.comparisons = Comparisons(self.document, self._desk, self)
        self.image_sets = ImageSets(self.document, self._desk, self)
        self.targets = Targets(self, self._desk, self.runs)
        self.method_study = ComparisonStudy(self, self._desk)
        self.search = SearchStudy(self, self._desk)
        self.fine_tuner = FineTuner(self)
        self.cycles = CyclesStudy(self, self._desk, self.fine_tuner.images)
        self.lens = Lens(self.document, self._desk, self.compare_with, self)
        self._desk.job_changed.connect(self.job_changed)
        self._desk.failed.connect(self.failed)
        self._desk.told.connect(self.told)
        for room in (self.runs, self._analyses, self.comparisons, self.image_sets, self.exports):
            room.told.connect(self.told)
        self.runs.exported.connect(self.exported)
        self.exports.failed.connect(self.failed)
        self._predictions.profile_ready.connect(self.profile_ready)
        self.document.subscribe(self._document_moved)
        self.project = ProjectDesk(self, self._desk)
        self.project_opening = ProjectOpening(self, self._desk, self.project)

    @property
    def recent(self) -> list[tuple[str, str]]:
        """Name and checkpoint of the models opened last, newest first."""
        return self.models.recent

    # --- jobs ------------------------------------------------------------------------------

    @property
    def running_jobs(self) -> list[Job]:
        """The jobs that have not ended."""
        return self._desk.running

    @property
    def busy(self) -> bool:
        """Whether work is under way that a person asked for."""
        return self._desk.busy

    def cancel_job(self, job_id: int) -> None:
        """Ask one job to end."""
        self._desk.cancel(job_id)

    def close(self, seconds: float | None = None) -> bool:
        """End all jobs, wait for them so long at most, and return whether they have ended."""
        self._predictions.stop()
        self.project.close()
        return self._desk.close(seconds)

    # --- opening ---------------------------------------------------------------------------

    def open_demo(self) -> Job:
        """Open the embedded demo and its held-out digits."""
        return self.open_model("demo")

    def open_model(
        self, name: str, checkpoint: str | Path | None = None, images: str | Path | None = None
    ) -> Job:
        """Open a model, then images, in the background; the open one stays until this is whole."""
        return self.models.open(name, checkpoint, images)

    def open_project(self, path: str | Path) -> Job | None:
        """Open a project file in the background; the open document stays until it is whole."""
        return self.project_opening.start(path)

    def open_images(self, folder: str | Path) -> Job:
        """Open an image folder to evaluate on in the background."""
        return self.image_sets.open(folder, DISK)

    # --- analysis --------------------------------------------------------------------------

    def analyze(self) -> Job | None:
        """Compute every spectrum and fit in the background; rows fill as they arrive."""
        model = self.document.model
        if model is None:
            return self.refuse(self.tr("Analyse"), self.tr("open a model first"))
        return self._analyses.start(model, self.device)

    def set_bulk_fit(self, settings: BulkFitSettings) -> None:
        """Fit all spectra in another way."""
        recipe = self.document.recipe
        if self.document.model is not None and settings != recipe.bulk_fit:
            other = recipe.model_copy(update={"bulk_fit": settings}).marked_as_edited()
            self.undo_stack.push(EditRecipe(self.document, other, "change the bulk fit"))

    # --- comparing -------------------------------------------------------------------------

    def compare_with_checkpoint(self, path: str | Path) -> Job | None:
        """Load other weights of the same network and show their spectra beside these."""
        if self.document.model is None:
            return self.refuse(self.tr("Compare"), self.tr("open a model first"))
        return self.comparisons.with_checkpoint(path)

    def compare_with(self, kind: Comparing) -> Job | None:
        """Compare with the pruned model, with the last checkpoint again, or with nothing.

        The pruned model is made first where that has not been done; from then on the comparison
        follows it.
        """
        refusal = self.comparisons.choose(kind)
        if refusal:
            return self.refuse(self.tr("Compare"), refusal)
        return self.prune() if kind == "pruned" and self.document.pruned is None else None

    # --- selection -------------------------------------------------------------------------

    def select(self, names: tuple[str, ...], current: str | None) -> None:
        """Make these layers the selected ones, and ``current`` the one that is shown."""
        if (names, current) != (self.selection, self.current):
            self.selection, self.current = names, current
            self.lens.look_at(current)
            self.selection_changed.emit()

    def profile(self, name: str) -> LayerProfile | None:
        """Return the profile of a layer, or start to compute it and return None for now."""
        return self._predictions.profile(name)

    # --- rules -----------------------------------------------------------------------------

    def edit_rules(self, changes: dict[str, LayerRule], text: str, gesture: int = -1) -> None:
        """Give layers new rules as one undo step; a drag passes one gesture for all its edits."""
        recipe = self.document.recipe
        if any(recipe.rule(name) != rule for name, rule in changes.items()):
            edited = recipe.with_rules(changes).marked_as_edited()
            self.replace_recipe(edited, text, gesture)

    def replace_recipe(self, recipe: Recipe, text: str, gesture: int = -1) -> None:
        """Follow another recipe as one undo step; one that does not fit is refused."""
        try:
            if self.document.model is not None:
                check_recipe(self.document.model, recipe)
            self.undo_stack.push(EditRecipe(self.document, recipe, text, gesture))
        except InputError as error:
            self.failed.emit(self.tr("These rules do not fit"), str(error))

    def fill_target(self, method: str, sparsity: float, of: str) -> Job | None:
        """Fill the rules so that together they reach a target."""
        return self.targets.fill(Target(method, sparsity, of))

    def prune_to_target(self, method: str, sparsity: float, of: str) -> Job | None:
        """Fill the rules so that they reach a target, then make the pruned model."""
        return self.targets.fill(Target(method, sparsity, of), and_then=self.prune)

    # --- pruning, evaluating, exporting -------------------------------------------------------

    def prune(self, and_then: Callable[[], object] | None = None) -> Job | None:
        """Make the pruned model of the recipe in the background, then go on with ``and_then``."""
        model, reason = self.document.model, why_not_prune(self.document)
        if reason or model is None:
            return self.refuse(self.tr("Prune"), reason)
        return self.runs.prune(model, self.device, and_then)

    def evaluate(self, *, dense: bool = False) -> Job | None:
        """Evaluate what the rules say; without rules, or when asked, the dense model."""
        model, images = self.document.model, self.document.images
        if model is None or images is None:
            return self.refuse(self.tr("Evaluate"), why_not_evaluate(self.document))
        if dense or not self.document.recipe.rules:
            return self.runs.evaluate(model, images, self.device)
        return self.runs.evaluate_rules(model, images, self.device, self.evaluate)

    def export(self, path: str | Path, wanted: ExportChoice | None = None) -> Job | None:
        """Write the pruned model, or the dense one while there is none, and verify the file."""
        subject = self.document.pruned or self.document.model
        if subject is None:
            return self.refuse(self.tr("Export"), self.tr("open a model first"))
        return self.runs.export(subject, path, wanted or ExportChoice())

    def refuse(self, title: str, reason: str) -> None:
        """Say that an action is not possible yet, and what to do first."""
        self.failed.emit(self.tr("{action} is not possible yet").format(action=title), reason)

    # --- what follows from a change ---------------------------------------------------------

    def _document_moved(self, event: DocumentEvent) -> None:
        if isinstance(event, ModelOpened):
            self.undo_stack.clear()
            self.selection, self.current = (), None
        self._predictions.follow(event)
        self.comparisons.follow(event)
        self.lens.follow(event)
        self.document_changed.emit(event)
        if isinstance(event, ModelOpened):
            self.selection_changed.emit()
        if isinstance(event, AnalysisCleared):
            self.analyze()
