"""The work behind a look at a layer: what has to be computed for it, by the keys of its results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from rmt_studio.analysis.views import WHOLE, View
from rmt_studio.studio import lens_tasks
from rmt_studio.studio.lens_tasks import Subject

if TYPE_CHECKING:
    from rmt_studio.analysis import LayerAnalysis
    from rmt_studio.studio.document import Document
    from rmt_studio.studio.lens_tasks import Work

    Key = tuple[object, ...]

Detail = Literal["entries", "spikes", "vectors"]


@dataclass(frozen=True)
class Look:
    """How a layer is looked at.

    Attributes:
        name: of the layer.
        view: through which view.
        null_kind: the null that is wanted, or None.
        details: what else is in view.
    """

    name: str
    view: View
    null_kind: str | None
    details: frozenset[Detail]


def wanted_work(document: Document, look: Look, shown: LayerAnalysis | None) -> dict[Key, Work]:
    """Return the work that a look needs; nothing while the moments it rests on are measured.

    Args:
        document: with an open model.
        look: what is wanted.
        shown: the layer through the view, where that is known.
    """
    view, model = look.view, document.model
    if model is None or (view.kind == "whitened" and document.moments is None):
        return {}
    subject = Subject(model, model.layer(look.name), view, document.moments)
    asked = _of_the_layer(document, look, subject, shown)
    if document.compared is not None:
        asked |= _of_its_counterpart(document, look)
    return asked


def _of_the_layer(
    document: Document, look: Look, subject: Subject, shown: LayerAnalysis | None
) -> dict[Key, Work]:
    name, view, settings = look.name, look.view, document.recipe.bulk_fit
    asked: dict[Key, Work] = {}
    if view != WHOLE:
        asked["view", name, view] = partial(lens_tasks.analyze_subject, subject, settings)
    if "entries" in look.details:
        asked["entries", name, view] = partial(lens_tasks.count_entries, subject)
    if "spikes" in look.details and shown is not None:
        asked["spikes", name, view] = partial(lens_tasks.look_at_spikes, subject, shown)
    if "vectors" in look.details and shown is not None:
        asked["vectors", name, view] = partial(lens_tasks.find_vectors, subject, shown)
    if look.null_kind is not None and name not in document.skipped:
        work = partial(lens_tasks.draw_null, subject, look.null_kind)
        asked["null", name, view, look.null_kind] = work
    return asked


def _of_its_counterpart(document: Document, look: Look) -> dict[Key, Work]:
    other, name, view = document.compared, look.name, look.view
    if other is None:
        return {}
    counterpart = Subject(other.model, other.model.layer(name), view, document.moments)
    asked: dict[Key, Work] = {}
    if view != WHOLE:
        work = partial(lens_tasks.analyze_subject, counterpart, document.recipe.bulk_fit)
        asked["compared", name, view, other] = work
    if "entries" in look.details:
        asked["entries", name, view, other] = partial(lens_tasks.count_entries, counterpart)
    return asked
