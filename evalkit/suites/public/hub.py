"""The file of a public suite, by its name on the hub of Hugging Face: one file, of one commit, and no code."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.core.run.errors import ConfigError, InputError
from curate.core.write.folder import sha256_of

PLACES = {  # suite -> data set and file, as they lie there
    "gsm8k": ("openai/gsm8k", "main/test-00000-of-00001.parquet"),
    "mmlu": ("cais/mmlu", "all/test-00000-of-00001.parquet"),
    "truthfulqa": ("truthfulqa/truthful_qa", "generation/validation-00000-of-00001.parquet"),
    "hellaswag": ("Rowan/hellaswag", "data/validation-00000-of-00001.parquet"),
    "arc": ("allenai/ai2_arc", "ARC-Challenge/test-00000-of-00001.parquet"),
    "ifeval": ("google/IFEval", "ifeval_input_data.jsonl"),
    "humaneval": ("openai/openai_humaneval", "openai_humaneval/test-00000-of-00001.parquet"),
}
_WANTED = re.compile(
    r"hub(?:@(?P<alone>[\w.-]+))?|hub:(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?:(?P<file>.+)"
)


@dataclass(frozen=True)
class Fetched:
    """A file of the hub that lies here now."""

    path: Path
    repo: str
    revision: str  # the commit, whatever was asked for
    file: str
    sha256: str

    def told(self) -> dict[str, Any]:
        """Return what names it for ever."""
        return {"repo": self.repo, "revision": self.revision, "file": self.file, "sha256": self.sha256}


def is_hub(source: str) -> bool:
    """Say whether ``--from`` names the hub: ``hub``, ``hub@REVISION`` or ``hub:REPO[@REVISION]:FILE``."""
    return source == "hub" or source.startswith(("hub@", "hub:"))


def fetched(suite: str, source: str) -> Fetched:
    """Return the file, fetched or out of the hub's own cache; ``HF_ENDPOINT`` names another server, ``HF_TOKEN`` a key.

    Raises:
        ConfigError: the library is not installed, or nothing says which file it is.
        InputError: it cannot be fetched.
    """
    found = _WANTED.fullmatch(source)
    if found is None or (found["repo"] is None and suite not in PLACES):
        raise ConfigError(
            f"--from {source} does not say which file of the hub holds {suite}", hint="--from hub:REPO[@REVISION]:FILE"
        )
    repo, file = (found["repo"], found["file"]) if found["repo"] else PLACES[suite]
    revision = found["alone"] or found["revision"]
    try:
        from huggingface_hub import hf_hub_download  # noqa: PLC0415 - an extra
        from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, HFValidationError  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            "--from hub needs the package huggingface_hub",
            hint=f"pip install 'thresher[hub]', or give the file: thresher suites {suite} --from FILE",
        ) from error
    try:
        path = Path(
            hf_hub_download(
                repo, file, repo_type="dataset", revision=revision, endpoint=os.environ.get("HF_ENDPOINT") or None
            )
        )
    except (OSError, HfHubHTTPError, EntryNotFoundError, HFValidationError) as error:
        raise InputError(
            f"{file} of {repo} cannot be fetched from the hub: {str(error).splitlines()[0][:200]}",
            hint=f"give the file: thresher suites {suite} --from FILE --output items.jsonl",
        ) from error
    commit = path.parts[-len(Path(file).parts) - 1]  # .../snapshots/COMMIT/FILE
    return Fetched(path, repo, commit, file, sha256_of(path)[0])
