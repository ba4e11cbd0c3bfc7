"""What to do to each matrix, as data: versioned, validated, saved as JSON.

A `LayerRule` is a sequence of steps, applied in order; an empty sequence keeps the matrix as it
is. A `Recipe` maps layer names to rules and remembers how the Marchenko-Pastur bulk was fitted,
so that a multiple of the edge means the same number wherever the recipe is applied.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.wording import shown
from rmt_studio.pruning.recovery import Distillation  # noqa: TC001 - pydantic reads it
from rmt_studio.pruning.steps import Step, Strict
from rmt_studio.spectra import BULK_METHODS, DEFAULT_METHOD

if TYPE_CHECKING:
    from pydantic import BaseModel

RECIPE_VERSION = 1
_EDITED = ", edited"
_METHOD_OF_SILENT_FILES = "bema"  # the default when version 1 began; its files keep their meaning
_LARGEST_FILE = 16 * 2**20


def _whole_number(version: object) -> object:
    """Refuse what merely equals a version: ``True == 1`` and ``1.0 == 1`` in Python."""
    if type(version) is not int:
        raise ValueError("a version is a whole number")
    return version


class LayerRule(Strict):
    """The steps applied, in order, to one matrix. No step: the matrix is kept as it is."""

    steps: tuple[Step, ...] = Field(default=(), max_length=16)

    @property
    def keeps(self) -> bool:
        """Whether the rule leaves the matrix alone."""
        return not self.steps

    @property
    def needs_images(self) -> bool:
        """Whether a step looks at what the layer does on calibration images."""
        return any(s.needs_moments or s.gradient_seed is not None for s in self.steps)

    def step(self, kind: type[BaseModel]) -> Any:  # noqa: ANN401 - the type is the argument's
        """Return the first step of the given class, or None."""
        return next((step for step in self.steps if isinstance(step, kind)), None)


KEEP = LayerRule()


class BulkFitSettings(Strict):
    """Which estimator the edges in a recipe refer to; see `rmt_studio.spectra.fit_bulk`.

    Options that are not given are the method's own defaults, written out; so is the method, when
    the recipe is saved. A file that names none means BEMA, see `Recipe.open`.
    """

    method: str = DEFAULT_METHOD
    options: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_method_with_its_defaults(self) -> BulkFitSettings:
        if self.method not in BULK_METHODS:
            known = ", ".join(BULK_METHODS)
            msg = f"bulk method {self.method!r} is not known, choose one of {known}"
            raise ValueError(msg)
        self.options.update({**BULK_METHODS[self.method].defaults, **self.options})
        return self


class Recipe(Strict):
    """Rules by layer name. Layers that are not named are kept as they are.

    ``note`` tells why the rules are what they are, where a method chose by itself. With
    ``recovery`` the pruned model learns from the dense one afterwards.

    Example:
        >>> recipe = Recipe(rules={"blocks.0.mlp.fc1": LayerRule(
        ...     steps=(SingularValueCut(edge_multiple=1.0),))})
        >>> Recipe.model_validate_json(recipe.to_json()) == recipe
        True
    """

    version: Annotated[Literal[1], BeforeValidator(_whole_number)] = RECIPE_VERSION
    name: str = Field(default="", max_length=200)
    note: str | None = Field(default=None, max_length=500)
    architecture: str = Field(default="", max_length=500)
    bulk_fit: BulkFitSettings = BulkFitSettings()
    rules: dict[str, LayerRule] = Field(default_factory=dict)
    recovery: Distillation | None = None

    @property
    def needs_images(self) -> bool:
        """Whether calibration images are needed to carry it out."""
        return self.recovery is not None or any(r.needs_images for r in self.rules.values())

    def rule(self, layer_name: str) -> LayerRule:
        """Return the rule of one layer; `KEEP` where there is none."""
        return self.rules.get(layer_name, KEEP)

    def with_rules(self, changes: dict[str, LayerRule]) -> Recipe:
        """Return a copy in which the named layers follow ``changes``."""
        merged = {**self.rules, **changes}
        kept = {name: rule for name, rule in merged.items() if not rule.keeps}
        return self.model_copy(update={"rules": kept})

    def marked_as_edited(self) -> Recipe:
        """Return a copy whose name says that it was changed by hand."""
        if not self.name or self.name.endswith(_EDITED):
            return self
        return self.model_copy(update={"name": self.name + _EDITED, "note": None})

    def to_json(self) -> str:
        """Return the recipe as text; the same recipe always gives the same text."""
        return json.dumps(self.model_dump(mode="json", exclude_none=True), indent=2, sort_keys=True)

    def save(self, path: str | Path) -> None:
        """Write the recipe as JSON, whole or not at all.

        Raises:
            InputError: the place cannot be written.
        """
        with atomic_write(Path(path)) as beside:
            beside.write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def open(cls, path: str | Path) -> Recipe:
        """Read a recipe that `save` wrote, or that a person wrote by hand.

        `save` writes the method of the bulk fit out. A file without one means what it has meant
        since version 1 began: BEMA, whatever the default for new work has become.

        Raises:
            InputError: no such file, no JSON, another version, or a rule that makes no sense.
        """
        path = Path(path)
        try:
            if not path.is_file():
                raise InputError(path, "is not a recipe file", "choose a .json file")
            if path.stat().st_size > _LARGEST_FILE:
                raise InputError(path, "is too large for a recipe (over 16 MiB)")
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls.model_validate(_with_method(content))
        except OSError as error:
            raise InputError(path, error.strerror or str(error)) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "recipe"
            reason = f"{shown(place, 200)}: {shown(first['msg'], 300)}"
            raise InputError(path, reason, "mend it or save it anew") from error
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(path, "is not readable JSON", "save the recipe anew") from error


def _with_method(content: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return the content of a recipe file with the method named that a silent one means."""
    if not isinstance(content, dict):
        return content
    fit = content.get("bulk_fit", {})
    if not isinstance(fit, dict):
        return content
    return {**content, "bulk_fit": {"method": _METHOD_OF_SILENT_FILES, **fit}}
