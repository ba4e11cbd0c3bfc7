"""Rules as the inspector edits them: one step of some kind, or the paper's combination of three.

Pure functions from rule to rule. They change one thing and keep the rest of each rule, so that
one edit can go to many layers whose rules differ elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeVar

from rmt_studio.pruning import (
    KEEP,
    EntryMask,
    EntryThreshold,
    LayerRule,
    LowRank,
    SingularValueCut,
    SingularVectorSparsification,
)

RuleStep = SingularValueCut | SingularVectorSparsification | EntryThreshold | EntryMask | LowRank
StepKind = (
    type[SingularValueCut]
    | type[SingularVectorSparsification]
    | type[EntryThreshold]
    | type[EntryMask]
    | type[LowRank]
)
Value = TypeVar("Value", bound=Hashable)

ORDER: tuple[StepKind, ...] = (SingularValueCut, SingularVectorSparsification, EntryThreshold)
DEFAULTS: dict[StepKind, RuleStep] = {
    SingularValueCut: SingularValueCut(edge_multiple=1.0),
    SingularVectorSparsification: SingularVectorSparsification(theta=10.0),
    EntryThreshold: EntryThreshold(share=0.3),
    EntryMask: EntryMask(score="magnitude", share=0.3),
    LowRank: LowRank(rank=32),
}


class Method(StrEnum):
    """What a rule does, as the method box lists it."""

    KEEP = "keep"
    CUT = "cut"
    VECTORS = "vectors"
    ENTRIES = "entries"
    MASK = "mask"
    LOW_RANK = "low_rank"
    COMBINATION = "combination"
    OTHER = "other"


KINDS: dict[Method, tuple[StepKind, ...]] = {
    Method.KEEP: (),
    Method.CUT: (SingularValueCut,),
    Method.VECTORS: (SingularVectorSparsification,),
    Method.ENTRIES: (EntryThreshold,),
    Method.MASK: (EntryMask,),
    Method.LOW_RANK: (LowRank,),
    Method.COMBINATION: ORDER,
}


_PLAIN = {"compare": "matrix", "outputs": "alike", "update": "none"}
SCORES: dict[str, dict[str, str]] = {
    "random": _PLAIN | {"score": "random"},
    "magnitude": _PLAIN | {"score": "magnitude"},
    "wanda": _PLAIN | {"score": "wanda", "compare": "row"},
    "sparsegpt": _PLAIN | {"score": "second_order", "update": "sweep"},
    "second-order": _PLAIN | {"score": "second_order", "outputs": "gradient", "update": "exact"},
}
"""How the masks of the methods of these names rank entries and mend what stays."""


class Shared(Enum):
    """What stands for a value that many layers do not share."""

    MIXED = "mixed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Edit:
    """One thing a person changed, to be applied to the rule of every selected layer.

    Attributes:
        change: from the rule of a layer to its next rule.
        text: what it is called in the history.
        gesture: of `rmt_studio.gui.edits.new_gesture`; -1 where it is a step of its own.
    """

    change: Callable[[LayerRule], LayerRule]
    text: str
    gesture: int = -1


def method_of(rule: LayerRule) -> Method:
    """Return what a rule does; `Method.OTHER` when its steps come in another order or twice."""
    kinds = tuple(type(step) for step in rule.steps)
    single = next((method for method, own in KINDS.items() if own == kinds), None)
    if single is not None:
        return single
    in_order = [kind for kind in ORDER if kind in kinds]
    return Method.COMBINATION if list(kinds) == in_order else Method.OTHER


def with_method(rule: LayerRule, method: Method) -> LayerRule:
    """Return the rule of a method; steps that the rule has already are kept."""
    kinds = KINDS[method]
    steps = (rule.step(kind) or DEFAULTS[kind] for kind in kinds)
    return LayerRule(steps=tuple(steps)) if kinds else KEEP


def with_step(rule: LayerRule, step: RuleStep) -> LayerRule:
    """Return the rule with ``step`` in place of the step of its kind, in the paper's order.

    A mask by score and a low rank stand alone.
    """
    if type(step) not in ORDER:
        return LayerRule(steps=(step,))
    found: dict[type, RuleStep] = {
        type(own): own for own in rule.steps if isinstance(own, RuleStep)
    }
    found[type(step)] = step
    return LayerRule(steps=tuple(found[kind] for kind in ORDER if kind in found))


def without_step(rule: LayerRule, kind: StepKind) -> LayerRule:
    """Return the rule without its step of one kind."""
    return LayerRule(steps=tuple(step for step in rule.steps if not isinstance(step, kind)))


def cut_at_multiple(rule: LayerRule, value: float) -> LayerRule:
    """Cut at a multiple of the edge; the share kept below it stays."""
    own = rule.step(SingularValueCut)
    return with_step(rule, SingularValueCut(edge_multiple=value, keep=own.keep if own else 0.0))


def cut_at_rank(rule: LayerRule, value: float) -> LayerRule:
    """Cut at a rank; nothing below it is kept."""
    return with_step(rule, SingularValueCut(rank=round(value)))


def keep_below(rule: LayerRule, value: float) -> LayerRule:
    """Keep a share of the singular values below the edge; a cut at a rank stays as it is."""
    own = rule.step(SingularValueCut)
    if own is None or own.edge_multiple is None:
        return rule
    return with_step(rule, SingularValueCut(edge_multiple=own.edge_multiple, keep=value))


def sparsify_vectors_at(rule: LayerRule, value: float) -> LayerRule:
    """Use another theta; floor and exponent stay."""
    own = rule.step(SingularVectorSparsification) or DEFAULTS[SingularVectorSparsification]
    return with_step(rule, own.model_copy(update={"theta": value}))


def zero_entries_under(rule: LayerRule, value: float) -> LayerRule:
    """Zero the entries smaller in size than a threshold."""
    return with_step(rule, EntryThreshold(threshold=value))


def zero_entries_share(rule: LayerRule, value: float) -> LayerRule:
    """Zero the smallest share of the entries."""
    return with_step(rule, EntryThreshold(share=value))


def mask_share(rule: LayerRule, value: float) -> LayerRule:
    """Let this share of the entries go, wherever they stand."""
    own = rule.step(EntryMask) or DEFAULTS[EntryMask]
    return with_step(rule, own.model_copy(update={"share": value, "pattern": None}))


def mask_groups(rule: LayerRule, pattern: str) -> LayerRule:
    """Let entries go in groups n:m."""
    own = rule.step(EntryMask) or DEFAULTS[EntryMask]
    return with_step(rule, own.model_copy(update={"share": None, "pattern": pattern}))


def mask_by(rule: LayerRule, score: str) -> LayerRule:
    """Rank the entries by one of `SCORES`; how many go stays."""
    own = rule.step(EntryMask) or DEFAULTS[EntryMask]
    return with_step(rule, own.model_copy(update=SCORES[score]))


def score_of(step: EntryMask) -> str | None:
    """Return which of `SCORES` a mask is ranked by; None where it is another."""
    same = (key for key, ways in SCORES.items() if all(getattr(step, k) == ways[k] for k in ways))
    return next(same, None)


def low_rank(rule: LayerRule, value: float) -> LayerRule:
    """Keep so many ranks; how they are measured stays."""
    own = rule.step(LowRank) or DEFAULTS[LowRank]
    return with_step(rule, own.model_copy(update={"rank": round(value)}))


def low_rank_by(rule: LayerRule, metric: str) -> LayerRule:
    """Measure the error of a low rank in another way."""
    own = rule.step(LowRank) or DEFAULTS[LowRank]
    return with_step(rule, own.model_copy(update={"metric": metric}))


def shared(values: Iterable[Value | None]) -> Value | Shared:
    """Return the value that all have; `Shared.MIXED` where they differ.

    `Shared.UNKNOWN` where one is None, or there are none.
    """
    first: Value | None = None
    for value in values:
        if value is None:
            return Shared.UNKNOWN
        if first is not None and value != first:
            return Shared.MIXED
        first = value
    return Shared.UNKNOWN if first is None else first
