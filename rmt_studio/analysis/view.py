"""As what a layer is looked at: the name of one matrix that it offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ViewKind = Literal["whole", "head", "query_key", "output_value", "whitened"]

_PRODUCT = (
    "A product of two random matrices has a wider law than Marchenko-Pastur; "
    "compare with the null of shuffled factors."
)
_WHITENED = (
    "The inputs stretch the columns of W L unequally, which no Marchenko-Pastur law allows for; "
    "compare with the null of the shuffled weight times L."
)


@dataclass(frozen=True)
class View:
    """One matrix that a layer can be seen as, see `rmt_studio.analysis.views`.

    Attributes:
        kind: what it is.
        head: index of the attention head from 0, for the kinds that have one.
    """

    kind: ViewKind
    head: int | None = None

    @property
    def label(self) -> str:
        """Short name to show, such as ``"head 2"`` or ``"head 2, W_q^T W_k"``."""
        names = {
            "whole": "whole matrix",
            "head": f"head {self.head}",
            "query_key": f"head {self.head}, W_qᵀ W_k",
            "output_value": f"head {self.head}, W_o W_v",
            "whitened": "whitened by its inputs",
        }
        return names[self.kind]

    @property
    def suffix(self) -> str:
        """What a layer's name gets under this view, such as ``" · head 2"``."""
        return "" if self == WHOLE else f" · {self.label}"

    @property
    def is_product(self) -> bool:
        """Whether it is the product of two weights of one head."""
        return self.kind in ("query_key", "output_value")

    @property
    def marchenko_pastur(self) -> bool:
        """Whether noise in this view follows the Marchenko-Pastur law, as the fit supposes."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Why the Marchenko-Pastur law is only a ruler here, a sentence; empty where it applies."""
        if self.is_product:
            return _PRODUCT
        return _WHITENED if self.kind == "whitened" else ""


WHOLE = View("whole")
