"""What was done so far, to do it again elsewhere: as a script and as commands."""

from rmt_studio.studio.retold.commands import as_commands
from rmt_studio.studio.retold.done import Done, Exported, done_so_far
from rmt_studio.studio.retold.script import as_python

__all__ = ["Done", "Exported", "as_commands", "as_python", "done_so_far"]
