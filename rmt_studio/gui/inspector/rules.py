"""Rules as the inspector edits them: one method, or the paper's combination of three steps.

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
    EntryThreshold,
    LayerRule,
    SingularValueCut,
    SingularVectorSparsification,
)

RuleStep = SingularValueCut | SingularVectorSparsification | EntryThreshold
StepKind = type[SingularValueCut] | type[SingularVectorSparsification] | type[EntryThreshold]
Value = TypeVar("Value", bound=Hashable)

ORDER: tuple[StepKind, ...] = (SingularValueCut, SingularVectorSparsification, EntryThreshold)
DEFAULTS: dict[StepKind, RuleStep] = {
    SingularValueCut: SingularValueCut(edge_multiple=1.0),
    SingularVectorSparsification: SingularVectorSparsification(theta=10.0),
    EntryThreshold: EntryThreshold(share=0.3),
}


class Method(StrEnum):
    """What a rule does, as the method box lists it."""

    KEEP = "keep"
    CUT = "cut"
    VECTORS = "vectors"
    ENTRIES = "entries"
    COMBINATION = "combination"
    OTHER = "other"


KINDS: dict[Method, tuple[StepKind, ...]] = {
    Method.KEEP: (),
    Method.CUT: (SingularValueCut,),
    Method.VECTORS: (SingularVectorSparsification,),
    Method.ENTRIES: (EntryThreshold,),
    Method.COMBINATION: ORDER,
}


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
    """Return the rule with ``step`` in place of the step of its kind, in the paper's order."""
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
