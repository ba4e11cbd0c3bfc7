"""Images: folders with the right class index, the built-in digits, the model's own transform."""

from __future__ import annotations

from rmt_studio.data.images import ImageSet, Sample, digits, open_images, transform_for

__all__ = ["ImageSet", "Sample", "digits", "open_images", "transform_for"]
