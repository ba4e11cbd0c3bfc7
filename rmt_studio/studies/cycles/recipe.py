"""What a course of prune-restore cycles does, as data: versioned, validated, saved as JSON.

Source of methods and defaults: Berlyand, Bourdais, Owhadi & Shmalo (2026), "Pruning Deep Neural
Networks via the Marchenko-Pastur Distribution", arXiv:2606.02608, methodology companion, section
"Spectral Edge Budgeting and hybrid RMT pruning protocols", and the run settings of the
repository yspennstate/RMT_based_pruning_in_deep_learning, ``hybrid_mag20_then_v8_model.py``. What
these leave open, and what was chosen instead: docs/adr/0025.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from rmt_studio.errors import InputError
from rmt_studio.models.atomic_write import atomic_write
from rmt_studio.models.wording import shown
from rmt_studio.pruning.budgets import Modulation, published_modulation
from rmt_studio.pruning.steps import Strict
from rmt_studio.training import FineTuning

Step = Literal["magnitude", "ser"]

CYCLES_VERSION = 1
_LARGEST_FILE = 2**20
_ROUNDING = 1e-9  # 0.15 is 0.15000000000000002 when it is three times 0.05
_MOST_CYCLES = 1000
_SEEDS = 2**63


def _whole_number(version: object) -> object:
    """Refuse what merely equals a version: ``True == 1`` and ``1.0 == 1`` in Python."""
    if type(version) is not int:
        raise ValueError("a version is a whole number")
    return version


class EdgeWeights(Strict):
    """How strongly the fitted edges sway pruning and restoring, in place of the published choice.

    Attributes:
        beta_attention: of the attention matrices.
        beta_mlp: of the MLP matrices.
        s_d: sparsity from which on the edges no longer count.
    """

    beta_attention: float = Field(ge=0, le=100)
    beta_mlp: float = Field(ge=0, le=100)
    s_d: float = Field(gt=0, le=10)


class CycleRecipe(Strict):
    """Prune a little, put back what was missed, fine-tune, again, until a sparsity is reached.

    Sparsities are shares of the attention and MLP matrices of the blocks.

    Attributes:
        method: "magnitude": the smallest entries of all go. "ser", Spectral Edge Reallocation:
            prune past the target by ``|w| / w_l``, let the removed entries alone move for a
            while, put the best by ``|movement| rho_l`` back. "hybrid": plain magnitude up to
            ``switch``, SER after.
        sparsity: at the end.
        step: of sparsity in each cycle; the last may be shorter.
        switch: last sparsity that "hybrid" reaches by magnitude alone.
        overshoot: how far past its target a cycle of SER prunes before it puts entries back.
        selection_epochs: length of the selection phase: so many passes over the images, times the
            share of the entries that is removed and so may move.
        selection_batch: images of a step there, in batches of the fine-tuning.
        selection_rate: learning rate there, over that of the fine-tuning.
        edge_weights: see `EdgeWeights`; None for the published choice by sparsity.
        fine_tuning: of each cycle; the i-th draws with its seed plus i.
    """

    version: Annotated[Literal[1], BeforeValidator(_whole_number)] = CYCLES_VERSION
    method: Literal["magnitude", "ser", "hybrid"] = "hybrid"
    sparsity: float = Field(default=0.5, gt=0, lt=1)
    step: float = Field(default=0.05, gt=0, lt=1)
    switch: float = Field(default=0.20, ge=0, lt=1)
    overshoot: float = Field(default=0.03, ge=0, lt=1)
    selection_epochs: float = Field(default=1.0, gt=0, le=1000)
    selection_batch: float = Field(default=2.0, gt=0, le=1000)
    selection_rate: float = Field(default=8.0, gt=0, le=1e6)
    edge_weights: EdgeWeights | None = None
    fine_tuning: FineTuning = FineTuning(epochs=1)

    @field_validator("fine_tuning", mode="before")
    @classmethod
    def _one_epoch_unless_told(cls, settings: object) -> object:
        return {"epochs": 1, **settings} if isinstance(settings, dict) else settings

    @model_validator(mode="after")
    def _can_be_done(self) -> CycleRecipe:
        if self.sparsity / self.step > _MOST_CYCLES:
            raise ValueError(f"a step of {self.step:g} makes more than {_MOST_CYCLES} cycles")
        highest = max((t for t in self.targets if self.method_at(t) == "ser"), default=0.0)
        if highest + self.overshoot >= 1:
            raise ValueError("sparsity and overshoot together leave nothing of the model")
        self.selection_of(1, 1.0, 1)  # its learning rate and batch are products
        return self

    @property
    def targets(self) -> tuple[float, ...]:
        """The sparsity that each cycle reaches, rising."""
        whole = int(self.sparsity / self.step + _ROUNDING)
        targets = [round(self.step * cycle, 9) for cycle in range(1, whole + 1)]
        if not targets or self.sparsity - targets[-1] > _ROUNDING:
            targets.append(self.sparsity)
        return tuple(targets)

    def method_at(self, target: float) -> Step:
        """Return by what the cycle with that target prunes."""
        if self.method != "hybrid":
            return self.method
        return "magnitude" if target <= self.switch + _ROUNDING else "ser"

    def modulation(self, target: float) -> Modulation:
        """Return how strongly the edges count at a target."""
        if (own := self.edge_weights) is not None:
            return Modulation(own.beta_attention, own.beta_mlp, own.s_d)
        return published_modulation(target + _ROUNDING)

    def fine_tuning_of(self, cycle: int) -> FineTuning:
        """Return the settings of the fine-tuning of a cycle, 1 for the first."""
        return self._tuned(seed=self._seed(cycle))

    def selection_of(self, cycle: int, moving: float, images: int) -> FineTuning:
        """Return the settings of the selection phase of a cycle.

        Nothing pulls the entries back to zero there, and the learning rate begins at its height:
        the phase is short, and what counts is how far each entry would go.

        Args:
            cycle: 1 for the first.
            moving: share of the entries that may move.
            images: how many there are.
        """
        batch = max(1, round(self.fine_tuning.batch * self.selection_batch))
        return self._tuned(
            epochs=1,
            steps=max(1, round(self.selection_epochs * moving * images / batch)),
            batch=batch,
            learning_rate=self.fine_tuning.learning_rate * self.selection_rate,
            weight_decay=0.0,
            warm_up=0.0,
            l1=0.0,
            l2=0.0,
            patience=None,
            seed=self._seed(cycle),
        )

    def _seed(self, cycle: int) -> int:
        return (self.fine_tuning.seed + cycle) % _SEEDS

    def _tuned(self, **changes: Any) -> FineTuning:  # noqa: ANN401 - fields of it
        return FineTuning.model_validate({**self.fine_tuning.model_dump(), **changes})

    def to_json(self) -> str:
        """Return the recipe as text; the same recipe always gives the same text."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True)

    def save(self, path: str | Path) -> None:
        """Write the recipe as JSON, whole or not at all.

        Raises:
            InputError: the place cannot be written.
        """
        with atomic_write(Path(path)) as beside:
            beside.write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def open(cls, path: str | Path) -> CycleRecipe:
        """Read a recipe that `save` wrote, or that a person wrote by hand.

        Raises:
            InputError: no such file, no JSON, another version, or settings that make no sense.
        """
        path = Path(path)
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST_FILE:
                raise InputError(path, "is not a file that cycles could be in", "choose another")
            return cls.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise InputError(path, error.strerror or str(error)) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "cycles"
            reason = f"{shown(place, 200)}: {shown(first['msg'], 300)}"
            raise InputError(path, reason, "mend it or save it anew") from error
        except (ValueError, RecursionError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError(path, "is not readable JSON", "save it anew") from error
