"""What a rule can do to a matrix: one small data class per kind of step, saved by its ``kind``.

What each kind needs beyond the weight itself is said by ``needs_moments`` (input second moments of
the layer) and ``gradient_seed`` (second moments of the loss's gradient at its outputs).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

_PATTERN = re.compile(r"([1-9]\d{0,2}):([1-9]\d{0,2})")


class Strict(BaseModel):
    """A frozen record that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Step(Strict):
    @property
    def needs_moments(self) -> bool:
        """Whether the step looks at the layer's input second moments."""
        return False

    @property
    def gradient_seed(self) -> int | None:
        """Seed of the labels behind the gradients that the step looks at; None for no gradients."""
        return None


class SingularValueCut(_Step):
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


class SingularVectorSparsification(_Step):
    """Zero the small entries of the singular vectors, more of them the deeper in the bulk.

    For the triple ``(s_i, u_i, v_i)`` the entries of ``u_i`` and ``v_i`` smaller in size than
    ``T_i = theta * max(floor, (1 - s_i/s_plus)_+^exponent)`` go to zero, then the matrix is
    recomposed (Berlyand, Bourdais, Owhadi & Shmalo, 2025; ``floor = 1/750, exponent = 30``).
    """

    kind: Literal["singular_vector_sparsification"] = "singular_vector_sparsification"
    theta: float = Field(ge=0, le=1e6)
    floor: float = Field(default=1 / 750, ge=0, le=1)
    exponent: float = Field(default=30.0, ge=0, le=1e3)


class SingularVectorNullTest(_Step):
    """Zero the entries of the singular vectors that noise explains.

    A vector of length N drawn uniformly from the sphere has entries of standard deviation
    ``N^(-1/2)``; those with a z-score ``|u_k| sqrt(N)`` under ``z`` go, then the matrix is
    recomposed.
    """

    kind: Literal["singular_vector_null_test"] = "singular_vector_null_test"
    z: float = Field(ge=0, le=1e6)


class SingularValueDenoising(_Step):
    """Restore the signal under the fitted noise: cut, or shrink what is above the edge.

    "hard": singular values up to the optimal hard threshold go, the others stay as they are.
    "frobenius", "operator", "nuclear": optimal shrinkage for that loss; what lies in the bulk goes.
    See `rmt_studio.spectra.optimal_shrinkage` (Gavish & Donoho, 2014 and 2017).
    """

    kind: Literal["singular_value_denoising"] = "singular_value_denoising"
    loss: Literal["hard", "frobenius", "operator", "nuclear"] = "frobenius"


class EntryThreshold(_Step):
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


class EntryMask(_Step):
    """Zero the entries of least score, and let the others make up for it where asked.

    Exactly one of ``share`` (of the entries that go) and ``pattern`` (``"2:4"``: of each four
    consecutive inputs of a row two stay) is given.

    Attributes:
        score: what an entry counts, see `rmt_studio.pruning.methods.scores`.
        compare: scores rank within each row of the matrix, or over all of it.
        outputs: every output counts alike, or by the second moment of the loss's gradient there.
        update: of the entries that stay: "none"; "exact": least squares on the layer's outputs;
            "sweep": SparseGPT's, which also picks the mask as it goes.
        damping: share of the mean diagonal added to the moments before they are inverted.
        seed: of random scores, or of the labels behind ``outputs="gradient"``.
    """

    kind: Literal["entry_mask"] = "entry_mask"
    score: Literal["random", "magnitude", "wanda", "second_order"]
    share: float | None = Field(default=None, ge=0, le=1)
    pattern: str | None = None
    compare: Literal["row", "matrix"] = "matrix"
    outputs: Literal["alike", "gradient"] = "alike"
    update: Literal["none", "exact", "sweep"] = "none"
    damping: float = Field(default=0.01, ge=0, le=1e3)
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _makes_sense(self) -> EntryMask:
        if (self.share is None) == (self.pattern is None):
            raise ValueError("an entry mask needs either share or pattern")
        if self.pattern is not None:
            parse_pattern(self.pattern)
        plain = self.compare == "matrix" and self.outputs == "alike"
        if self.update == "sweep" and (self.score != "second_order" or not plain):
            raise ValueError("the sweep ranks second_order scores over the matrix, outputs alike")
        return self

    @property
    def needs_moments(self) -> bool:
        """Wanda, second-order scores and every update look at the inputs."""
        return self.score in {"wanda", "second_order"} or self.update != "none"

    @property
    def gradient_seed(self) -> int | None:
        """Its seed, where outputs count by their gradients."""
        return self.seed if self.outputs == "gradient" else None


class LowRank(_Step):
    """Keep the best product of two factors of rank ``rank``, as ``metric`` measures it.

    "plain": Frobenius, the truncated SVD; "diagonal": columns weighted by the size of their
    inputs (ASVD); "whitened": error of the layer's outputs on its own inputs (SVD-LLM).
    """

    kind: Literal["low_rank"] = "low_rank"
    rank: int = Field(ge=0)
    metric: Literal["plain", "diagonal", "whitened"] = "whitened"

    @property
    def needs_moments(self) -> bool:
        """All metrics but the plain one look at the inputs."""
        return self.metric != "plain"


class LowRankPlusSparse(_Step):
    """Store the matrix as a product of two factors and a sparse matrix, ``W = A B + S``.

    Attributes:
        rank: of ``A B``; 0 leaves ``S`` alone.
        share: of the entries of ``S`` that are zero.
        rounds: of alternation between the two.
        damping: share of the mean diagonal added to the moments before they are inverted.
    """

    kind: Literal["low_rank_plus_sparse"] = "low_rank_plus_sparse"
    rank: int = Field(ge=0)
    share: float = Field(ge=0, le=1)
    rounds: int = Field(default=8, ge=1, le=1000)
    damping: float = Field(default=0.01, ge=0, le=1e3)

    @property
    def needs_moments(self) -> bool:
        """Both parts look at the inputs."""
        return True


def parse_pattern(text: str) -> tuple[int, int]:
    """Return ``(n, m)`` of ``"n:m"``: of each ``m`` consecutive inputs ``n`` stay.

    Raises:
        ValueError: it is no such text, or does not remove anything.
    """
    match = _PATTERN.fullmatch(text)
    if match is None or int(match[1]) >= int(match[2]):
        raise ValueError(f"pattern {text!r} is not n:m with 0 < n < m, such as 2:4")
    return int(match[1]), int(match[2])


Step = Annotated[
    SingularValueCut
    | SingularVectorSparsification
    | SingularVectorNullTest
    | SingularValueDenoising
    | EntryThreshold
    | EntryMask
    | LowRank
    | LowRankPlusSparse,
    Field(discriminator="kind"),
]
