"""What each column of the layer table says, in which words, and how wide it has to be."""

from __future__ import annotations

from rmt_studio.gui.layers.columns import Column, ColumnSpec

SPECS: dict[Column, ColumnSpec] = {
    Column.LAYER: ColumnSpec(
        "layer",
        "Layer",
        "Where the matrix is; sorts in the order of the model",
        numeric=False,
        widest="blocks.0.mlp.fc1",
    ),
    Column.ROLE: ColumnSpec(
        "role",
        "Role",
        "What the matrix does in the network",
        numeric=False,
        muted=True,
        group="Matrix",
    ),
    Column.SHAPE: ColumnSpec(
        "shape", "Shape", "Outputs × inputs; sorts by size", muted=True, group="Matrix"
    ),
    Column.RATIO: ColumnSpec(
        "c", "c", "Ratio c = p/n of the shorter to the longer side", group="Matrix"
    ),
    Column.PARAMETERS: ColumnSpec(
        "parameters", "Parameters", "Entries of the matrix", group="Matrix"
    ),
    Column.SPECTRUM: ColumnSpec(
        "spectrum",
        "Spectrum",
        "Histogram of the eigenvalues λ = s²/n: the bulk, and the spikes above the threshold in "
        "colour.\nLinear up to the threshold, logarithmic above it; heights by the square root of "
        "the count.\nSorts by the largest eigenvalue in units of the upper edge.",
        numeric=False,
        group="Fit",
    ),
    Column.EDGE: ColumnSpec(
        "edge",
        "Edge",
        "Upper edge of the fitted bulk as a singular value, s₊ = √(n λ₊); a cell's tooltip gives "
        "the eigenvalue λ₊",
        widest="0.888",
        group="Fit",
    ),
    Column.SPIKES: ColumnSpec(
        "spikes",
        "Spikes",
        "Eigenvalues above the Tracy-Widom threshold",
        widest="88",
        group="Fit",
    ),
    Column.BULK: ColumnSpec(
        "bulk",
        "Bulk",
        "Share of the eigenvalues at or below the upper edge",
        widest="100 %",
        group="Fit",
    ),
    Column.KS: ColumnSpec(
        "ks",
        "KS",
        "Kolmogorov distance of the spectrum from the fitted Marchenko-Pastur law, and what noise "
        "alone stays under in 95 % of cases.\n● under it    ▲ up to 5 times it    ■ more",
        long_title="KS / null",
        name="KS distance",
        widest="0.888",
        group="Fit",
    ),
    Column.NULL: ColumnSpec(
        "null",
        "Null 95 %",
        "Kolmogorov distance that a matrix of noise of this shape stays under in 95 % of cases",
        muted=True,
        widest="0.888",
        group="Fit",
    ),
    Column.KS_P_VALUE: ColumnSpec(
        "ks_p",
        "KS p",
        "Probability that noise alone, its variance fitted in the same way, is as far from the law "
        "(simulated; ks_p_value in exports)",
        group="Fit",
        name="p-value of KS",
        widest="0.888",
    ),
    Column.EDGE_P_VALUE: ColumnSpec(
        "edge_p",
        "Edge p",
        "Probability that the largest eigenvalue of noise alone reaches that of the matrix, by the "
        "Tracy-Widom law (edge_p_value in exports)",
        group="Fit",
        name="p-value of the edge (Tracy-Widom)",
        widest="8e-88",
    ),
    Column.VARIANCE: ColumnSpec(
        "variance",
        "Variance",
        "Variance v of the noise entries that the fit found, in squared units of the weights",
        group="Fit",
        name="Noise variance",
        widest="0.888",
    ),
    Column.DEFLATED: ColumnSpec(
        "deflated",
        "Deflated",
        "How many of the largest eigenvalues the fit set aside as spikes before it fitted the rest",
        group="Fit",
        name="Spikes deflated",
        widest="88",
    ),
    Column.BELOW: ColumnSpec(
        "below",
        "Below",
        "Eigenvalues below the Tracy-Widom threshold of the lower edge; small singular values that "
        "noise alone does not give",
        group="Fit",
        name="Below the lower edge",
        widest="88",
    ),
    Column.ALPHA: ColumnSpec(
        "alpha",
        "α",
        "Exponent of the power law in the tail of the eigenvalues, by maximum likelihood "
        "(WeightWatcher: alpha)",
        group="Tail",
        name="Tail exponent α",
        widest="8.88",
    ),
    Column.TAIL_DISTANCE: ColumnSpec(
        "d",
        "D",
        "Kolmogorov distance of the tail from that power law (WeightWatcher: D)",
        group="Tail",
        name="Distance D of the tail from its power law",
        widest="0.888",
    ),
    Column.STABLE_RANK: ColumnSpec(
        "stable_rank",
        "Stable rank",
        "‖W‖² / s₁²: Frobenius norm over spectral norm, squared (WeightWatcher: stable_rank)",
        group="Norms",
        widest="88.8",
    ),
    Column.ENTROPY: ColumnSpec(
        "entropy",
        "Entropy",
        "Entropy of the shares sᵢ² / ‖W‖², over the logarithm of the rank: 1 for a flat spectrum, "
        "0 for a single direction (WeightWatcher: entropy)",
        group="Norms",
        name="Spectral entropy",
        widest="0.888",
    ),
    Column.MATRIX_RANK: ColumnSpec(
        "matrix_rank",
        "Rank",
        "Singular values above 1e-6 of the largest (WeightWatcher: matrix_rank)",
        group="Norms",
        name="Matrix rank",
        widest="888",
    ),
    Column.LOG_SPECTRAL_NORM: ColumnSpec(
        "log_spectral_norm",
        "log s₁²",
        "Decimal logarithm of the squared spectral norm, of s₁² without the 1/n of an eigenvalue "
        "(WeightWatcher: log_spectral_norm)",
        group="Norms",
        name="Log spectral norm",
        widest="8.88",
    ),
    Column.KURTOSIS: ColumnSpec(
        "kurtosis",
        "Kurtosis",
        "Excess kurtosis of the entries: 0 for normal ones, large where a few entries are huge "
        "(entry_excess_kurtosis in exports)",
        group="Entries",
        name="Excess kurtosis",
        widest="8.88",
    ),
    Column.ZEROS: ColumnSpec(
        "zeros",
        "Zeros",
        "Share of the entries that are exactly zero (entry_zeros in exports)",
        group="Entries",
        name="Share of zeros",
        widest="88 %",
    ),
    Column.EDGE_CHANGE: ColumnSpec(
        "edge_change",
        "Δ edge",
        "Relative change of the upper edge s₊ in the model that is compared with; shown while "
        "comparing",
        group="Comparison",
        name="Change of the edge",
        widest="+8.8 %",
    ),
    Column.SPIKES_CHANGE: ColumnSpec(
        "spikes_change",
        "Δ spikes",
        "How many more spikes the model has that is compared with; shown while comparing",
        group="Comparison",
        name="Change of the spikes",
        widest="+88",
    ),
    Column.ALPHA_CHANGE: ColumnSpec(
        "alpha_change",
        "Δ α",
        "Change of the tail exponent in the model that is compared with; shown while comparing",
        group="Comparison",
        name="Change of α",
        widest="+0.88",
    ),
    Column.CUT: ColumnSpec(
        "cut",
        "Cut",
        "Predicted sparsity: share of the matrix's parameters that need no storage under its rule",
        group="Rule",
        name="Sparsity (cut)",
        widest="100 %",
    ),
    Column.ERROR: ColumnSpec(
        "error",
        "Error",
        "Predicted output error of the rule: root mean square of W x - W' x over that of W x, for "
        "white inputs or, where they were sampled, the layer's own",
        group="Rule",
        name="Predicted output error",
        widest="88 %",
    ),
    Column.ENERGY: ColumnSpec(
        "energy",
        "Energy",
        "Energy that the rule keeps, ‖W'‖² / ‖W‖² (Frobenius)",
        group="Rule",
        name="Energy kept",
        widest="100 %",
    ),
}


def by_key(key: str) -> Column | None:
    """Return the column that a word in the settings stands for, or None."""
    return next((column for column, spec in SPECS.items() if spec.key == key), None)
