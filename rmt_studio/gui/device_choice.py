"""Where work runs: the devices there are now, the chosen one, and what to do when it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QSizePolicy

from rmt_studio.studio.devices import available_devices

if TYPE_CHECKING:
    from rmt_studio.gui.job_desk import JobDesk
    from rmt_studio.gui.workbench import Workbench
    from rmt_studio.studio.devices import Device


class DeviceChoice(QObject):
    """The devices, and falling back to the CPU with a message when the chosen one is lost.

    Signals:
        changed (): the list, or ``workbench.device``, may be others now.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench, desk: JobDesk) -> None:
        super().__init__(workbench)
        self._bench = workbench
        self.devices: list[Device] = []
        self._preferred = ""
        desk.device_lost.connect(self._lost)

    def look(self) -> None:
        """Look which devices there are now; the first time, choose the fastest."""
        first = not self.devices
        self.devices = available_devices()
        usable = [device.id for device in self.devices if not device.reason]
        if first:
            self._bench.device = usable[0]
        elif self._bench.device not in usable:
            self._fall_back(self._bench.device, self._reason(self._bench.device))
        self.changed.emit()

    def choose(self, device_id: str) -> None:
        """Let work that starts from now on run there."""
        self._bench.device = device_id
        self.changed.emit()

    def prefer(self, device_id: str) -> None:
        """Choose a device, or the fastest for an empty name, unless that is preferred already."""
        usable = [device.id for device in self.devices if not device.reason]
        if device_id == self._preferred or (device_id and device_id not in usable):
            return
        self._preferred = device_id
        self.choose(device_id or usable[0])

    def _reason(self, device_id: str) -> str:
        known = next((device for device in self.devices if device.id == device_id), None)
        return known.reason if known is not None else self.tr("it is no longer there")

    def _lost(self, lane: str, message: str) -> None:
        if lane == self._bench.device != "cpu":
            self._fall_back(lane, message)
            self.changed.emit()

    def _fall_back(self, what: str, reason: str) -> None:
        self._bench.device = "cpu"
        named = "" if reason.startswith(("device", what)) else f"{what}: "
        text = self.tr("{0}{1}; work goes on on the CPU from now on")
        self._bench.told.emit(text.format(named, reason.rstrip(".")))


class DevicePicker(QComboBox):
    """Shows the devices of a `DeviceChoice`; opening it looks anew which there are."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._bench, self._choice = workbench, workbench.devices
        self.setObjectName("device_picker")
        self.setAccessibleName(self.tr("Device"))
        self.setToolTip(self.tr("The device that analysis, pruning and evaluation run on"))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.look()
        self._fill()
        self._choice.changed.connect(self._fill)
        self.currentIndexChanged.connect(self._chosen)

    def showPopup(self) -> None:
        self._choice.look()
        super().showPopup()

    def _fill(self) -> None:
        _blocked = QSignalBlocker(self)  # what is shown here was chosen already
        ids = [self.itemData(row) for row in range(self.count())]
        if ids != [device.id for device in self._choice.devices]:
            self.clear()
            for device in self._choice.devices:
                self.addItem(device.label, device.id)
        for row, device in enumerate(self._choice.devices):
            self.setItemText(row, device.label)
            self.model().item(row).setEnabled(not device.reason)  # pyright: ignore[reportAttributeAccessIssue]
            self.model().item(row).setToolTip(device.reason)  # pyright: ignore[reportAttributeAccessIssue]
        self.setCurrentIndex(self.findData(self._bench.device))

    def _chosen(self, row: int) -> None:
        self._choice.choose(self.itemData(row))
