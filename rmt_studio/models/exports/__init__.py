"""The formats that a model can be written in, one file each, behind one registry."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from rmt_studio.errors import InputError
from rmt_studio.models.exports.compressed import COMPRESSED
from rmt_studio.models.exports.dense import DENSE, FOLDER
from rmt_studio.models.exports.factored import FACTORED, with_factors_multiplied
from rmt_studio.models.exports.format import DTYPES, Format, Options, Subject
from rmt_studio.models.exports.onnx_graph import ONNX
from rmt_studio.models.exports.program import PROGRAM
from rmt_studio.models.exports.semi_structured import SEMI_STRUCTURED

if TYPE_CHECKING:
    from rmt_studio.models.loaded_model import LoadedModel

__all__ = [
    "DTYPES",
    "FORMATS",
    "Format",
    "Options",
    "Subject",
    "as_written",
    "format_named",
    "formats_for",
    "require_extra",
]

FORMATS: dict[str, Format] = {
    one.key: one for one in (DENSE, FOLDER, COMPRESSED, FACTORED, SEMI_STRUCTURED, ONNX, PROGRAM)
}


def format_named(key: str) -> Format:
    """Return the format of that key.

    Raises:
        InputError: there is none.
    """
    if key not in FORMATS:
        raise InputError(f"format {key!r}", "is not known", f"choose one of {', '.join(FORMATS)}")
    return FORMATS[key]


def formats_for(model: LoadedModel) -> list[Format]:
    """Return the formats of a model: of a bare state dict, only those that need no network."""
    return [one for one in FORMATS.values() if model.can_run or not one.runs]


def as_written(model: LoadedModel, chosen: Format) -> LoadedModel:
    """Return the network that a format is given: with timm's own layers where it needs them."""
    return model if chosen.own_layers else with_factors_multiplied(model)


def require_extra(chosen: Format) -> None:
    """Check that what a format needs is installed.

    Raises:
        InputError: names the extra that brings it.
    """
    missing = [name for name in chosen.needs if find_spec(name) is None]
    if missing:
        next_step = f"install it by: pip install 'rmt-studio[{chosen.extra}]'"
        raise InputError(chosen.label, f"needs {', '.join(missing)}", next_step)
