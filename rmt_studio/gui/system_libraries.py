"""Say in one line which system library Qt misses, before Qt says it in thirty.

Nothing of Qt may be imported here: on a bare machine that import is what fails.
"""

from __future__ import annotations

import ctypes
import os
import sys

# What Qt's own libraries and its X11 platform plugin link to, with Debian's package of each.
_DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
_X11_PACKAGES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


def why_no_window() -> str | None:
    """Return one line that says why a window cannot open and what to do, or None when it can."""
    if not sys.platform.startswith("linux"):
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    needed = dict(_DEBIAN_PACKAGES)
    if platform in {"", "xcb"}:
        needed |= _X11_PACKAGES
    missing = [name for name in needed if not _loads(name)]
    if missing:
        packages = " ".join(needed[name] for name in missing)
        return (
            f"Qt needs the system libraries {', '.join(missing)}; "
            f"on Debian install them by: apt-get install {packages}"
        )
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if platform in {"", "xcb", "wayland"} and not screen:
        return (
            "there is no screen (DISPLAY and WAYLAND_DISPLAY are not set); "
            "start it on a desktop, or use: rmt-studio demo --headless"
        )
    return None


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
