"""The singular vectors behind one singular value, as pictures."""

from rmt_studio.gui.spectrum.vectors.page import VectorsPage

__all__ = ["VectorsPage"]
