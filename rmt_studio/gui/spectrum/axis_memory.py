"""Which axes of which plot a person wants logarithmic, from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QSettings

_QUANTITY = "plots/quantity"


class AxisMemory:
    """Reads and writes the choice of each page in the settings of the window."""

    def values_log(self, page: str) -> bool:
        """Return whether the axis of eigenvalues is logarithmic on a page."""
        return _kept(f"plots/{page}/log_values")

    def other_log(self, page: str) -> bool:
        """Return whether the other axis is."""
        return _kept(f"plots/{page}/log_other")

    def keep(self, page: str, *, values_log: bool, other_log: bool) -> None:
        """Remember the axes of a page."""
        QSettings().setValue(f"plots/{page}/log_values", values_log)
        QSettings().setValue(f"plots/{page}/log_other", other_log)

    def prefer(self, pages: tuple[str, ...], axis: str) -> None:
        """Take "linear" or "log" for the axis of eigenvalues of all pages; empty changes none."""
        for page in pages if axis else ():
            self.keep(page, values_log=axis == "log", other_log=self.other_log(page))

    @property
    def quantity(self) -> str:
        """The quantity that all plots show; empty where none was chosen."""
        return str(QSettings().value(_QUANTITY) or "")

    def keep_quantity(self, quantity: str) -> None:
        """Remember the quantity."""
        QSettings().setValue(_QUANTITY, quantity)


def _kept(key: str) -> bool:
    return str(QSettings().value(key)).lower() == "true"
