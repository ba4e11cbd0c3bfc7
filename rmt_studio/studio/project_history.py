"""Edits as differences between recipes, so that a thousand of them are small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rmt_studio.pruning import Recipe
from rmt_studio.studio.project import Step
from rmt_studio.studio.project_records import ChangeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmt_studio.studio.project_records import StepRecord

_PARTS = ("name", "note", "architecture", "bulk_fit", "recovery")


def change_between(before: Recipe, after: Recipe) -> ChangeRecord:
    """Return what makes ``after`` of ``before``."""
    names = {**before.rules, **after.rules}
    rules = {
        name: after.rules.get(name)
        for name in names
        if before.rules.get(name) != after.rules.get(name)
    }
    parts = {x: getattr(after, x) for x in _PARTS if getattr(before, x) != getattr(after, x)}
    return ChangeRecord(rules=rules, **parts)


def changed(before: Recipe, change: ChangeRecord) -> Recipe:
    """Return the recipe after a change; the rules that stay are shared, not copied.

    Raises:
        pydantic.ValidationError: what comes of it makes no sense.
    """
    merged = {**before.rules, **change.rules}
    values: dict[str, Any] = {part: getattr(before, part) for part in _PARTS}
    values |= {part: getattr(change, part) for part in _PARTS if part in change.model_fields_set}
    values["rules"] = {name: rule for name, rule in merged.items() if rule is not None}
    return Recipe(version=before.version, **values)


def steps_of(base: Recipe, records: Iterable[StepRecord]) -> tuple[Step, ...]:
    """Return the steps that begin at a recipe."""
    steps, recipe = [], base
    for record in records:
        recipe = changed(recipe, record.change)
        steps.append(Step(record.text, recipe))
    return tuple(steps)
