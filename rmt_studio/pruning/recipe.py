"""What to do to each matrix, as data: versioned, validated, saved as JSON.

A `LayerRule` is a sequence of steps, applied in order; an empty sequence keeps the matrix as it
is. A `Recipe` maps layer names to rules and remembers how the Marchenko-Pastur bulk was fitted,
so that a multiple of the edge means the same number wherever the recipe is applied.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.spectra import BULK_METHODS

RECIPE_VERSION = 1
_EDITED = ", edited"
_LARGEST_FILE = 16 * 2**20


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SingularValueCut(_Strict):
    """Remove small singular values (the paper's "MP-based pruning").

    Exactly one of ``edge_multiple`` and ``rank`` is given. With ``edge_multiple`` the eigenvalues
    ``lambda = s^2/n`` at or under ``edge_multiple * upper_edge`` go, except the largest ``keep``
    share of them (the paper lowers ``keep`` from 1 to 0 over a schedule). With ``rank`` the
    largest ``rank`` singular values stay.
    """

    kind: Literal["singular_value_cut"] = "singular_value_cut"
    edge_multiple: float | None = Field(default=None, ge=0, le=1e6)
    rank: int | None = Field(default=None, ge=0)
    keep: float = Field(default=0.0, ge=0, le=1)

    @model_validator(mode="after")
    def _one_way_to_cut(self) -> SingularValueCut:
        if (self.edge_multiple is None) == (self.rank is None):
            msg = "a singular-value cut needs either edge_multiple or rank"
            raise ValueError(msg)
        return self


class SingularVectorSparsification(_Strict):
    """Zero the small entries of the singular vectors, more of them the deeper in the bulk.

    For the triple ``(s_i, u_i, v_i)`` the entries of ``u_i`` and ``v_i`` smaller in size than
    ``T_i = theta * max(floor, (1 - s_i/s_plus)_+^exponent)`` go to zero, then the matrix is
    recomposed (Berlyand, Bourdais, Owhadi & Shmalo, 2025; ``floor = 1/750, exponent = 30``).
    """

    kind: Literal["singular_vector_sparsification"] = "singular_vector_sparsification"
    theta: float = Field(ge=0, le=1e6)
    floor: float = Field(default=1 / 750, ge=0, le=1)
    exponent: float = Field(default=30.0, ge=0, le=1e3)


class EntryThreshold(_Strict):
    """Zero entries by size: those under ``threshold`` (in units of the weights), or the smallest
    ``share`` of the matrix. Exactly one of the two is given.
    """

    kind: Literal["entry_threshold"] = "entry_threshold"
    threshold: float | None = Field(default=None, ge=0, le=1e30)
    share: float | None = Field(default=None, ge=0, le=1)

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> EntryThreshold:
        if (self.threshold is None) == (self.share is None):
            msg = "an entry threshold needs either threshold or share"
            raise ValueError(msg)
        return self


Step = Annotated[
    SingularValueCut | SingularVectorSparsification | EntryThreshold, Field(discriminator="kind")
]


class LayerRule(_Strict):
    """The steps applied, in order, to one matrix. No step: the matrix is kept as it is."""

    steps: tuple[Step, ...] = Field(default=(), max_length=16)

    @property
    def keeps(self) -> bool:
        """Whether the rule leaves the matrix alone."""
        return not self.steps

    def step(self, kind: type[BaseModel]) -> Any:  # noqa: ANN401 - the type is the argument's
        """Return the first step of the given class, or None."""
        return next((step for step in self.steps if isinstance(step, kind)), None)


KEEP = LayerRule()


class BulkFitSettings(_Strict):
    """Which estimator the edges in a recipe refer to; see `rmt_studio.spectra.fit_bulk`.

    Options that are not given are the method's own defaults, written out.
    """

    method: str = "bema"
    options: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_method_with_its_defaults(self) -> BulkFitSettings:
        if self.method not in BULK_METHODS:
            known = ", ".join(BULK_METHODS)
            msg = f"bulk method {self.method!r} is not known, choose one of {known}"
            raise ValueError(msg)
        self.options.update({**BULK_METHODS[self.method].defaults, **self.options})
        return self


class Recipe(_Strict):
    """Rules by layer name. Layers that are not named are kept as they are.

    Example:
        >>> recipe = Recipe(rules={"blocks.0.mlp.fc1": LayerRule(
        ...     steps=(SingularValueCut(edge_multiple=1.0),))})
        >>> Recipe.model_validate_json(recipe.to_json()) == recipe
        True
    """

    version: Literal[1] = RECIPE_VERSION
    name: str = Field(default="", max_length=200)
    architecture: str = Field(default="", max_length=500)
    bulk_fit: BulkFitSettings = BulkFitSettings()
    rules: dict[str, LayerRule] = Field(default_factory=dict)

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
        return self.model_copy(update={"name": self.name + _EDITED})

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

        Raises:
            InputError: no such file, no JSON, another version, or a rule that makes no sense.
        """
        path = Path(path)
        try:
            if not path.is_file():
                raise InputError(path, "is not a recipe file", "choose a .json file")
            if path.stat().st_size > _LARGEST_FILE:
                raise InputError(path, "is too large for a recipe (over 16 MiB)")
            return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise InputError(path, error.strerror or str(error)) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "recipe"
            raise InputError(path, f"{place}: {first['msg']}", "mend it or save it anew") from error
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(path, "is not readable JSON", "save the recipe anew") from error
