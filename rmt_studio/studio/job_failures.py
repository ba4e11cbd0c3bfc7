"""What is said of a job that raised."""

from __future__ import annotations

from rmt_studio.errors import InputError
from rmt_studio.models.devices import DeviceError, is_of_accelerator, is_out_of_memory


def message_for(error: BaseException) -> str:
    """Return one line that says what failed and what to do about it."""
    if isinstance(error, InputError):
        return str(error)
    text = str(error).strip().splitlines()
    first = text[0] if text else type(error).__name__
    if is_out_of_memory(error):
        return f"Out of memory: {first}; {_ROOM[is_of_accelerator(error)]}"
    if is_of_accelerator(error):
        return f"The device stopped working: {first}; choose the CPU at the top right, then retry"
    return f"Unexpected {type(error).__name__}: {first}; the job's log has what to report"


def is_device_lost(error: BaseException) -> bool:
    """Tell whether the CPU could do what this device could not: it is gone, or its memory full."""
    return isinstance(error, DeviceError) or is_of_accelerator(error)


_ROOM = {
    True: "close other programs that use the GPU, or choose the CPU at the top right, then retry",
    False: "close other programs or choose a smaller model, then retry",
}
