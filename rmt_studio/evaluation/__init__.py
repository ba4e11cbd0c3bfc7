"""What a model is worth and what it costs: accuracy with its interval, parameters, bytes, speed."""

from __future__ import annotations

from rmt_studio.evaluation.accuracy import evaluate
from rmt_studio.evaluation.result import Evaluation, RunningAccuracy

__all__ = ["Evaluation", "RunningAccuracy", "evaluate"]
