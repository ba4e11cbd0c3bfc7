"""The work behind what is looked at closely: one layer through a view, its nulls and details.

As in `tasks`: module-level functions with ``progress`` last. What cannot be had for this layer,
such as the initialisation law of a network whose law is not known, is no failure of a job: it
comes back as a `Refused` with the reason, for the place where the answer would have stood.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.analysis.details import entry_details, spike_details
from rmt_studio.analysis.nulls import null_spectra
from rmt_studio.analysis.vectors import SingularBasis, singular_basis
from rmt_studio.analysis.views import WHOLE, View, analyze_view, view_matrix
from rmt_studio.errors import InputError
from rmt_studio.pruning.moments import input_moments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.analysis.details import EntryDetails, SpikeDetails
    from rmt_studio.data.images import ImageSet
    from rmt_studio.models.layers import Layer
    from rmt_studio.models.loading import LoadedModel
    from rmt_studio.progress import Progress
    from rmt_studio.pruning import BulkFitSettings
    from rmt_studio.spectra.nulls import NullSpectra

    Moments = Mapping[str, Tensor] | None
    Work = Callable[[Progress], object]

_MOMENT_IMAGES = 128  # of some 200 tokens each: enough for the widest layers of a ViT-L


@dataclass(frozen=True)
class Refused:
    """Why there is nothing to show.

    Attributes:
        reason: one line for a person.
    """

    reason: str


@dataclass(frozen=True, eq=False)
class Subject:
    """One layer of a model, seen in one way.

    Attributes:
        model: which model.
        layer: which of its matrices.
        view: the whole matrix or what is made of it.
        moments: second moments of the layers' inputs, by parameter name, for the whitened view.
    """

    model: LoadedModel
    layer: Layer
    view: View = WHOLE
    moments: Moments = None

    @property
    def matrix(self) -> Tensor:
        """The matrix that is looked at.

        Raises:
            InputError: the layer cannot be seen in this way.
        """
        return view_matrix(self.model, self.layer, self.view, self.moments)


def analyze_subject(
    subject: Subject, settings: BulkFitSettings, progress: Progress
) -> LayerAnalysis | Refused:
    """Return the spectrum of a layer through a view, fitted as the recipe says, tail included."""
    progress(0, 1, subject.view.label)
    try:
        layer = analyze_view(
            subject.model,
            subject.layer,
            subject.view,
            method=settings.method,
            options=settings.options,
            moments=subject.moments,
        )
    except InputError as error:
        return Refused(str(error))
    _ = layer.edge, layer.tail  # computed here, so that the window's thread finds them ready
    return layer


def draw_null(subject: Subject, kind: str, progress: Progress) -> NullSpectra | Refused:
    """Return the spectra of a null of what is looked at."""
    try:
        return null_spectra(
            subject.model,
            subject.layer,
            kind,
            view=subject.view,
            moments=subject.moments,
            progress=progress,
        )
    except InputError as error:
        return Refused(str(error))


def count_entries(subject: Subject, progress: Progress) -> EntryDetails | Refused:
    """Return the histogram of the entries of what is looked at."""
    progress(0, 1, subject.view.label)
    try:
        return entry_details(subject.matrix)
    except InputError as error:
        return Refused(str(error))


def look_at_spikes(
    subject: Subject, layer: LayerAnalysis, progress: Progress
) -> SpikeDetails | Refused:
    """Return strength, overlap and localisation of each spike of what is looked at."""
    progress(0, 1, subject.view.label)
    try:
        return spike_details(subject.matrix, layer)
    except InputError as error:
        return Refused(str(error))


def find_vectors(
    subject: Subject, layer: LayerAnalysis, progress: Progress
) -> SingularBasis | Refused:
    """Return all singular vectors of what is looked at."""
    try:
        return singular_basis(subject.matrix, layer, progress)
    except InputError as error:
        return Refused(str(error))


def measure_moments(
    model: LoadedModel, images: ImageSet, progress: Progress
) -> Mapping[str, Tensor]:
    """Return the second moments of every layer's inputs on some of the images."""
    return input_moments(model, images, limit=_MOMENT_IMAGES, progress=progress)
