"""The centre of the window: one layer's spectrum under its Marchenko-Pastur law."""

from rmt_studio.gui.spectrum.pages import PLOTS, Pages
from rmt_studio.gui.spectrum.view import SpectrumView

__all__ = ["PLOTS", "Pages", "SpectrumView"]
