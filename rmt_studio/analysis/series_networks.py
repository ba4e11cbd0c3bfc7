"""Which network the checkpoints of a series are of: asked once, then built around each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.blueprint import Blueprint, blueprint_of_folder, blueprint_of_metadata
from rmt_studio.models.checkpoint import open_checkpoint
from rmt_studio.models.guess import required_guess
from rmt_studio.models.loaded_model import UNKNOWN
from rmt_studio.models.opened import BARE, GUESS, bare_model, network_of
from rmt_studio.models.stored_model import StoredSource

if TYPE_CHECKING:
    from rmt_studio.analysis.series_listing import Entry
    from rmt_studio.models.checkpoint import StoredCheckpoint
    from rmt_studio.models.stored_model import StoredModel


@dataclass(frozen=True)
class SeriesNetwork:
    """What every checkpoint of a series is opened as.

    Attributes:
        blueprint: how to build the network; None for the matrices alone.
    """

    blueprint: Blueprint | None

    @classmethod
    def of(cls, entry: Entry, name: str | None = None) -> SeriesNetwork:
        """Return the network of a checkpoint.

        Args:
            entry: one of the series.
            name: a timm architecture, ``"guess"`` for the one that the shapes suggest, or
                ``"bare"`` for the matrices alone; by default what the checkpoint says itself, in
                its metadata or in the ``config.json`` beside it, and else the matrices alone.

        Raises:
            InputError: it cannot be opened, or nothing fits its shapes.
        """
        if name == BARE:
            return cls(None)
        stored = _stored(entry)
        if name == GUESS:
            return cls(required_guess(stored).blueprint)
        own = _told(entry, stored)
        return cls(own if name is None else _named(name, own))

    @property
    def architecture(self) -> str:
        """The name that timm has for it, or `UNKNOWN`."""
        return UNKNOWN if self.blueprint is None else self.blueprint.architecture

    def open(self, entry: Entry) -> StoredModel:
        """Return the model of a checkpoint, whose matrices stay in the file until asked for.

        Raises:
            InputError: it cannot be opened, or is of another network.
        """
        stored = _stored(entry)
        source = StoredSource("checkpoint", str(stored.path), stored)
        if self.blueprint is None:
            return bare_model(stored, source)
        return network_of(self.blueprint, stored, source)


def _stored(entry: Entry) -> StoredCheckpoint:
    if entry.weights is None:
        raise InputError(entry.name, entry.reason or "holds no weights", "leave it out")
    return open_checkpoint(entry.weights)


def _told(entry: Entry, stored: StoredCheckpoint) -> Blueprint | None:
    """Return what a checkpoint says that it is; None where it says nothing that can be built."""
    try:
        own = blueprint_of_metadata(stored.path, stored.metadata)
        if own is None and entry.path.is_dir():
            own = blueprint_of_folder(entry.path)
    except InputError:  # a config.json of something else: its matrices can be seen all the same
        return None
    return None if own is None or own.architecture == UNKNOWN else own


def _named(name: str, own: Blueprint | None) -> Blueprint:
    """Return the blueprint of a named architecture, with the arguments that a file gives for it."""
    same = own is not None and own.architecture.partition(".")[0] == name.partition(".")[0]
    return own if same and own is not None else Blueprint(name)
