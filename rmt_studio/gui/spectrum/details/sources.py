"""Formula and source of each quantity, as the tool tips give them."""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "aspect ratio c": "c = p/n, p the shorter and n the longer side",
    "singular values": "p, the shorter side",
    "variance v": "Variance of the noise entries; the Marchenko-Pastur law has it as its mean",
    "lower edge λ₋": "λ₋ = v (1 − √c)²\nMarchenko & Pastur (1967)",
    "upper edge λ₊": "λ₊ = v (1 + √c)²\nMarchenko & Pastur (1967)",
    "threshold": "v [(1 + √c)² + t n^(−2/3) c^(−1/6) (1 + √c)^(4/3)], t of the Tracy-Widom law\n"
    "Johnstone (2001); Ke, Ma & Lin (2023)",
    "spikes": "Eigenvalues above the threshold; noise has one with probability β",
    "set aside as spikes": "k, after which the law is that of a (p − k) × (n − k) matrix",
    "zero singular values": "Below 10⁻⁶ of the largest; they are no noise",
    "bulk share": "Share of all eigenvalues at or below λ₊",
    "edge of two noises": "Upper edge of a product of two matrices of noise, each of the variance "
    "that its own spectrum was fitted with\nVoiculescu (1987); Mueller (2002)",
    "distance D": "Largest difference between the empirical and the fitted distribution function\n"
    "Kolmogorov; its null is simulated for this shape with a fitted variance",
    "central distance": "The same over the central quantiles [α, 1 − α] only",
    "p of the distance D": "Probability that pure noise of this shape is as far from its fit",
    "p of the central distance": "Probability that pure noise of this shape is as far from its fit",
    "statistic": "(n λ₁/v − μ)/σ, widened for the scatter of the fitted variance\n"
    "Johnstone (2001); Tracy & Widom (1996)",
    "p of the largest value": "Probability that the largest of pure noise lies as far out",
    "lower threshold": "Lower edge with its Tracy-Widom correction\nFeldheim & Sodin (2010)",
    "values below it": "Small singular values that noise does not make; they can carry signal\n"
    "Staats, Thamm & Rosenow (2024)",
    "localised among them": "Singular vectors that a uniform one would not be, at 99.9 %",
    "largest of the null": "mean + t sd √(1 + 1/R) over the R replicas",
    "values above it": "Eigenvalues above the band of the null's largest",
    "exponent α": "f(x) ~ x^(−α) from xmin up, α = 1 + m / Σ log(xᵢ/xmin)\n"
    "Clauset, Shalizi & Newman (2009); Hill (1975)",
    "start xmin": "Eigenvalue from which the power law fits best",
    "tail distance D": "Kolmogorov distance of the tail from the power law",
    "alpha_weighted": "α log₁₀ s₁²\nMartin, Peng & Mahoney (2021)",
    "log_alpha_norm": "log₁₀ Σ s^(2α)\nMartin, Peng & Mahoney (2021)",
    "spectral norm": "s₁",
    "Frobenius norm": "√Σ s²",
    "nuclear norm": "Σ s",
    "stable rank": "Σ s² / s₁²\nRudelson & Vershynin (2007)",
    "numerical rank": "Singular values above 10⁻⁶ of the largest",
    "spectral entropy": "−Σ P log P / log(rank), P = s²/Σ s²\nMartin & Mahoney (2021)",
    "excess kurtosis": "Fourth central moment over sd⁴, less 3",
    "zeros": "Share of entries that are exactly zero",
}
