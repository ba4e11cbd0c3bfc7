"""The steps a rule can take, one small file each, all behind one signature.

Every method is ``method(pieces, step) -> Pieces``: it takes the matrix as it is by now, in one
piece or as a singular value decomposition, and returns the next state. The dense weight of the
model is never touched.
"""

from rmt_studio.pruning.methods.denoising import denoise
from rmt_studio.pruning.methods.entries import sparsify_entries
from rmt_studio.pruning.methods.entry_mask import mask_entries
from rmt_studio.pruning.methods.low_rank import approximate
from rmt_studio.pruning.methods.low_rank_plus_sparse import split
from rmt_studio.pruning.methods.pieces import Pieces
from rmt_studio.pruning.methods.singular_values import cut_singular_values
from rmt_studio.pruning.methods.singular_vectors import (
    keep_unlikely_entries,
    sparsify_singular_vectors,
)

STEPS = {
    "singular_value_cut": cut_singular_values,
    "singular_vector_sparsification": sparsify_singular_vectors,
    "singular_vector_null_test": keep_unlikely_entries,
    "singular_value_denoising": denoise,
    "entry_threshold": sparsify_entries,
    "entry_mask": mask_entries,
    "low_rank": approximate,
    "low_rank_plus_sparse": split,
}

__all__ = [
    "STEPS",
    "Pieces",
    "approximate",
    "cut_singular_values",
    "denoise",
    "keep_unlikely_entries",
    "mask_entries",
    "sparsify_entries",
    "sparsify_singular_vectors",
    "split",
]
