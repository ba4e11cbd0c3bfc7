"""One HTML page of an analysis: nothing is fetched, nothing runs in it, and it prints."""

from __future__ import annotations

import re
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from rmt_studio.models.export import own_version
from rmt_studio.models.exports.picture import Panel, draw_spectra
from rmt_studio.models.wording import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rmt_studio.analysis import Analysis, LayerAnalysis
    from rmt_studio.models.loaded_model import LoadedModel
    from rmt_studio.progress import Progress

_COLUMNS = (
    ("layer", "where the matrix is"),
    ("role", "what it does"),
    ("shape", "outputs x inputs; a convolution is unfolded"),
    ("c", "the short side over the long one"),
    ("variance", "fitted variance of the noise entries"),
    ("λ₊", "upper edge of the fitted law, on the scale s²/n"),
    ("spikes", "eigenvalues above the Tracy-Widom threshold"),
    ("bulk", "share of the eigenvalues at or below the edge"),
    ("KS", "Kolmogorov distance from the fitted law"),
    ("null 95 %", "what 95 % of pure-noise matrices of the shape stay under"),
    ("α", "exponent of the power-law tail"),
    ("stable rank", "‖W‖²_F / ‖W‖²"),
)
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1B1F24; background: #fff;
  margin: 2.5rem auto; max-width: 1040px; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
p, dd { color: #3A424C; } dl { display: grid; grid-template-columns: max-content 1fr;
  gap: .15rem 1.2rem; } dt { color: #5B6370; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 12.5px; width: 100%;
  font-variant-numeric: tabular-nums; }
th { text-align: right; border-bottom: 1px solid #5B6370; padding: .3rem .5rem; font-weight: 600; }
td { text-align: right; border-bottom: 1px solid #E6E9ED; padding: .22rem .5rem; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
.wide { overflow-x: auto; } svg { width: 100%; height: auto; }
figure { margin: 0; break-inside: avoid; } .misfit { color: #A33B00; }
@media print { body { margin: 0; max-width: none; } table { font-size: 9px; } }
"""
_METHOD = """
Each weight matrix is compared with what pure noise would give. A matrix of n x p independent
entries of variance v has eigenvalues s²/n that follow the Marchenko-Pastur law between
v (1 − √c)² and v (1 + √c)², c = p/n. The law is fitted to the bulk of the spectrum; eigenvalues
above its edge by more than the Tracy-Widom fluctuation are spikes. Where the KS distance is above
its null, the bulk is not that of independent entries (marked in the table).
"""
_SOURCES = (
    "Marchenko & Pastur, Distribution of eigenvalues for some sets of random matrices (1967)",
    "Johnstone, On the distribution of the largest eigenvalue in principal components (2001)",
    "Ke, Ma & Lin, Estimation of the number of spiked eigenvalues by bulk matching (2023)",
    "Martin & Mahoney, Implicit self-regularization in deep neural networks (2021)",
)


def analysis_page(model: LoadedModel, analysis: Analysis, progress: Progress) -> str:
    """Return the page: what was analysed, the table, a figure for each block, how to read it."""
    figures = list(_figures(model, analysis, progress))
    title = f"Spectra of {escape(shown(model.title))}"
    parts = (
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        _about(model, analysis),
        "<h2>Matrices</h2>",
        _table(analysis),
        *figures,
        "<h2>How to read it</h2>",
        f"<p>{escape(_METHOD.strip())}</p>",
        "<ul>" + "".join(f"<li>{escape(source)}</li>" for source in _SOURCES) + "</ul>",
        "</body></html>",
    )
    return "\n".join(parts) + "\n"


def _about(model: LoadedModel, analysis: Analysis) -> str:
    fits = [layer for layer in analysis if layer.fit.ks_distance <= layer.fit.ks_null_95]
    methods = sorted({layer.fit.method for layer in analysis})
    told = {
        "architecture": model.architecture,
        "weights": f"{model.provenance.get('source') or model.source.kind}",
        "SHA-256": model.source.sha256 or "not known",
        "parameters": f"{model.parameter_count:,}",
        "matrices": f"{len(analysis)}, of which {len(fits)} fit the law and "
        f"{len(analysis) - len(fits)} do not",
        "spikes": f"{sum(layer.fit.spikes for layer in analysis):,} in all",
        "bulk fit": ", ".join(methods),
        "written by": f"rmt studio {own_version()}",
    }
    if analysis.skipped:
        told["nothing but zeros"] = ", ".join(analysis.skipped)
    rows = (
        f"<dt>{escape(key)}</dt><dd>{escape(shown(text, 2000))}</dd>" for key, text in told.items()
    )
    return f"<dl>{''.join(rows)}</dl>"


def _table(analysis: Iterable[LayerAnalysis]) -> str:
    head = "".join(f'<th title="{escape(tip)}">{escape(name)}</th>' for name, tip in _COLUMNS)
    body = "".join(f"<tr>{''.join(_cells(layer))}</tr>" for layer in analysis)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _cells(layer: LayerAnalysis) -> Iterator[str]:
    fit, record = layer.fit, layer.record()
    yield f"<td>{escape(shown(layer.name))}</td><td>{escape(layer.role.label)}</td>"
    yield f"<td>{layer.shape[0]} × {layer.shape[1]}</td><td>{layer.spectrum.ratio:.3f}</td>"
    yield f"<td>{fit.variance:.3g}</td><td>{fit.upper_edge:.3g}</td><td>{fit.spikes}</td>"
    yield f"<td>{fit.bulk_fraction:.1%}</td>"
    misfit = ' class="misfit"' if fit.ks_distance > fit.ks_null_95 else ""
    yield f"<td{misfit}>{fit.ks_distance:.3f}</td><td>{fit.ks_null_95:.3f}</td>"
    yield f"<td>{_number(record.get('alpha'), '.2f')}</td>"
    yield f"<td>{_number(record.get('stable_rank'), '.1f')}</td>"


def _number(value: object, form: str) -> str:
    return format(value, form) if isinstance(value, float | int) else "–"


def _figures(model: LoadedModel, analysis: Analysis, progress: Progress) -> Iterator[str]:
    """Yield a heading and a figure for each block, and one for what is outside of them."""
    groups = [
        (block, list(layers))
        for block, layers in groupby(
            sorted(analysis, key=lambda layer: (layer.layer.block is None, layer.layer.block or 0)),
            key=lambda layer: layer.layer.block,
        )
    ]
    for done, (block, layers) in enumerate(groups):
        name = "Outside the blocks" if block is None else f"Block {block}"
        progress(done, len(groups), f"drawing {name.lower()}")
        panels = [Panel(layer.name, layer.spectrum, layer.fit) for layer in layers]
        names = ", ".join(escape(shown(layer.name)) for layer in layers)
        picture = _inline(draw_spectra(panels, "svg"))
        label = f'role="img" aria-label="Spectra of {names}"'
        yield f"<h2>{name}</h2><figure {label}>{picture}</figure>"
    progress(len(groups), len(groups), "")


def _inline(svg: bytes) -> str:
    """Return the element alone, without what makes a file of it."""
    text = svg.decode()
    text = text[text.index("<svg") :]
    return re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
