"""Open checkpoints and images in a process that may not grow, one line of JSON for each.

``python tests/attacks/watched.py FILE ...``: the memory that the process may ask for is what it has
after its imports and ``ROOM`` bytes more; the names that an unpickler looks up, programs that are
started and code that is compiled are counted.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from rmt_studio.data.decoding import decode
from rmt_studio.data.images import SUFFIXES
from rmt_studio.errors import InputError
from rmt_studio.models import load_model

ROOM = 600 * 2**20
_WATCHED = {"pickle.find_class", "os.system", "subprocess.Popen", "os.exec", "os.posix_spawn"}
_SEEN: list[str] = []


def _watch(event: str, _: tuple[object, ...]) -> None:
    if event in _WATCHED:
        _SEEN.append(event)


def outcome(path: str) -> dict[str, object]:
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew (proc(5))
    start, before = time.perf_counter(), _peak()
    found = {"file": Path(path).name, "error": "", "message": "", "matrices": 0}
    try:
        if Path(path).suffix in SUFFIXES:
            decode(Path(path), 3)
        else:
            found["matrices"] = len(load_model("bare", checkpoint=path).layers)
    except InputError as error:
        found |= {"error": "InputError", "message": str(error)}
    except BaseException as error:
        found |= {"error": type(error).__name__, "message": str(error)[:200]}
    seconds = time.perf_counter() - start
    return {**found, "seconds": seconds, "grown_kb": _peak() - before, "seen": list(_SEEN)}


def _peak() -> int:
    """Return the most memory that the process has had since that was last set back, in kB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    load_model("demo")  # all that is imported late
    limit = _address_space() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    sys.addaudithook(_watch)
    for one in sys.argv[1:]:
        print(json.dumps(outcome(one)), flush=True)
