"""The numbers of one matrix, in groups, and its spikes one by one."""

from rmt_studio.gui.spectrum.details.page import DetailsPage

__all__ = ["DetailsPage"]
