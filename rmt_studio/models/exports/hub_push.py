"""Push a Hugging Face folder to the hub; nothing else in rmt studio sends anything anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError

from rmt_studio.errors import InputError
from rmt_studio.models.exports.dense import CONFIG, WEIGHTS
from rmt_studio.models.wording import shown
from rmt_studio.progress import Progress, no_progress

if TYPE_CHECKING:
    from typing import Any

_LOG_IN = "log in with: hf auth login, with a token that may write there"


def push_folder(
    folder: Path | str,
    repository: str,
    *,
    private: bool = True,
    progress: Progress = no_progress,
    hub: Any = None,  # noqa: ANN401
) -> str:
    """Upload an exported folder as a model of the hub, made if there is none; gives its address.

    Args:
        folder: what `export` wrote in the format "hf".
        repository: ``owner/name``.
        private: whether a new model is seen by its owner alone.
        progress: called before each step; may raise `Cancelled`.
        hub: a `huggingface_hub.HfApi` to use in place of the usual one.

    Raises:
        InputError: no such folder, a name the hub does not take, nobody logged in, no permission,
            or a hub that does not answer.
    """
    folder = Path(folder)
    if not all((folder / name).is_file() for name in (CONFIG, WEIGHTS)):
        reason = f"holds no {CONFIG} and {WEIGHTS}"
        raise InputError(folder, reason, "export it as a Hugging Face folder first")
    thing = f"hub:{shown(repository)}"
    if repository.count("/") != 1:
        raise InputError(thing, "is no name of a model", "give it as owner/name")
    hub = hub or huggingface_hub.HfApi(library_name="rmt-studio")
    try:
        progress(0, 2, "asking the hub")
        made = hub.create_repo(repository, private=private, exist_ok=True)
        progress(1, 2, f"uploading to {made.repo_id}")
        hub.upload_folder(
            repo_id=made.repo_id,
            folder_path=folder,
            commit_message="Export by rmt studio",
        )
    except HFValidationError as error:
        raise InputError(thing, f"is no name of a model ({_first(error)})") from error
    except LocalTokenNotFoundError as error:
        raise InputError(thing, "cannot be written, nobody is logged in", _LOG_IN) from error
    except HfHubHTTPError as error:
        status = getattr(error.response, "status_code", None)
        next_step = _LOG_IN if status in (401, 403, 404) else "try again later"
        raise InputError(thing, f"was refused by the hub ({_first(error)})", next_step) from error
    except Exception as error:  # the transport underneath raises its own kinds
        reason = f"cannot be reached ({_first(error)})"
        raise InputError(thing, reason, "connect to the internet; the folder is kept") from error
    return str(made)  # without a last report, which would be a place to cancel at


def _first(error: Exception) -> str:
    return shown(next(iter(str(error).splitlines()), "") or type(error).__name__, 160)
