"""What rules will do: looked up at once where that is enough, else measured in the background."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from rmt_studio.pruning import nothing_there
from rmt_studio.studio import tasks
from rmt_studio.studio.document import (
    AnalysisCleared,
    ImagesOpened,
    InputsSampled,
    LayersAnalyzed,
    ModelOpened,
    RecipeChanged,
)

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.pruning import Effect, LayerProfile, Recipe
    from rmt_studio.studio.document import Document, DocumentEvent
    from rmt_studio.studio.jobs import Job

_PROFILES_KEPT = 8
_SETTLE = 60  # ms between the last change and the measuring of what cannot be looked up


class Predictions(QObject):
    """Profiles of the layers looked at last, and the effects of all rules.

    Signals:
        profile_ready (str): the profile of this layer is there.
    """

    profile_ready = Signal(str)

    def __init__(self, document: Document, desk: JobDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._desk = document, desk
        self._profiles: OrderedDict[str, LayerProfile] = OrderedDict()
        self._asked: set[str] = set()
        self._stale: set[str] = set()
        self._job: Job | None = None
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE)
        self._timer.timeout.connect(self._measure_stale)

    def follow(self, event: DocumentEvent) -> None:
        """Bring profiles and effects up to date after a change of the document."""
        if isinstance(event, ModelOpened):
            self._stale.clear()
        if isinstance(event, ModelOpened | ImagesOpened):
            self._sample_inputs()
        if isinstance(event, ModelOpened | AnalysisCleared | ImagesOpened | InputsSampled):
            self._profiles.clear()
            self._asked.clear()
            self._stale.update(self._document.recipe.rules)
            self._timer.start()
        if isinstance(event, LayersAnalyzed) and self._stale.intersection(event.names):
            self._settle_zeros(tuple(self._stale))
            self._timer.start()
        if isinstance(event, RecipeChanged):
            self._look_up(event.names)

    def stop(self) -> None:
        """Measure nothing any more."""
        self._timer.stop()

    def profile(self, name: str) -> LayerProfile | None:
        """Return the profile of a layer, or start to compute it and return None for now."""
        if name in self._profiles:
            self._profiles.move_to_end(name)
            return self._profiles[name]
        model, layer = self._document.model, self._document.layer(name)
        if model is not None and layer is not None and name not in self._asked:
            self._asked.add(name)
            inputs = self._document.inputs
            work = partial(tasks.profile_layer, model, layer, inputs)
            done = partial(self._keep, name, inputs)
            title = self.tr("Profile {layer}").format(layer=name)
            self._desk.start(title, work, done, lane="preview", quiet=True)
        return None

    def _keep(self, name: str, inputs: tasks.Inputs, profile: LayerProfile) -> None:
        self._asked.discard(name)
        layer = self._document.layer(name)
        if layer is None or profile.fit is not layer.fit or inputs is not self._document.inputs:
            return
        self._profiles[name] = profile
        while len(self._profiles) > _PROFILES_KEPT:
            self._profiles.popitem(last=False)
        self.profile_ready.emit(name)

    def _sample_inputs(self) -> None:
        model, images = self._document.model, self._document.images
        if model is None or images is None:
            return
        work = partial(tasks.sample_layer_inputs, model, images)
        done = partial(self._sampled, model, images)
        self._desk.start(self.tr("Sample inputs"), work, done, lane="sampling", quiet=True)

    def _sampled(self, model: LoadedModel, images: object, inputs: tasks.Inputs) -> None:
        if model is self._document.model and images is self._document.images:
            self._document.set_inputs(inputs)

    def _look_up(self, names: tuple[str, ...]) -> None:
        self._settle_zeros(names)
        for name in set(names) - self._document.skipped:
            profile = self._profiles.get(name)
            effect = profile.predict(self._document.recipe.rule(name)) if profile else None
            if effect is not None:
                self._document.effects[name] = effect
                self._stale.discard(name)
            else:
                self._stale.add(name)
        if self._stale:
            self._timer.start()

    def _settle_zeros(self, names: tuple[str, ...]) -> None:
        """No rule changes a matrix of zeros, and it has no spectrum to wait for."""
        document = self._document
        zeros = document.skipped.intersection(names)
        if document.model is not None and zeros:
            self._stale.difference_update(zeros)
            ruled = [name for name in zeros if not document.recipe.rule(name).keeps]
            sizes = {name: document.model.layer(name).size for name in ruled}
            document.set_effects({name: nothing_there(size) for name, size in sizes.items()})

    def _measure_stale(self) -> None:
        document = self._document
        self._stale.difference_update(document.measured_effects)
        known = [x for name in self._stale if (x := document.layer(name)) is not None]
        if document.model is None or not known:
            return
        if self._job is not None:
            self._job.cancel()
        model, recipe, inputs = document.model, document.recipe, document.inputs
        work = partial(tasks.measure_effects, model, recipe, known, inputs)
        done = partial(self._measured, model, recipe, inputs)
        self._job = self._desk.start(self.tr("Predict"), work, done, lane="preview", quiet=True)

    def _measured(
        self, model: LoadedModel, recipe: Recipe, inputs: tasks.Inputs, effects: dict[str, Effect]
    ) -> None:
        document = self._document
        if model is not document.model or inputs is not document.inputs:
            return
        now = document.recipe
        valid = {
            name: effect
            for name, effect in effects.items()
            if recipe.rule(name) == now.rule(name) and recipe.bulk_fit == now.bulk_fit
        } | document.measured_effects
        self._stale.difference_update(valid)
        document.set_effects(valid)
