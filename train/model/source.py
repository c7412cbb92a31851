"""The folder of a base model: a path, or what the hub has under a name; with the hash of its weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.run.errors import ConfigError, InputError
from evalkit.answers.local.weights import Weights, find_weights
from train.config import ModelTable

_FILES = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"]  # no pickle, and no code
_HEADS = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")


class Base(NamedTuple):
    """A base model before it is loaded."""

    weights: Weights
    called: str  # as the configuration calls it: an adapter names its base by that
    revision: str | None

    def as_json(self) -> dict[str, Any]:
        """Return what identifies it."""
        return {"name": self.called, "revision": self.revision, "sha256": self.weights.base_sha256}


def find_base(table: ModelTable, home: Path) -> Base:
    """Return the base model that the configuration names, from a folder or from the hub (or its cache).

    Raises:
        InputError: there is none, it has no safetensors, or it is no causal language model.
    """
    if table.path is not None:
        folder, called = home / table.path, table.path.as_posix()
    else:
        folder, called = _fetched(str(table.name), table.revision), str(table.name)
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", hint="[model] path = a folder, or name = one on the hub")
    weights = find_weights(str(folder))
    _refuse_other_kinds(folder)
    return Base(weights, called, table.revision)


def parameters_in(folder: Path) -> int:
    """Return how many numbers the files of a model hold, from their headers alone.

    Raises:
        InputError: a file is no safetensors.
    """
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - comes with transformers

    total = 0
    for path in folder.glob("*.safetensors"):
        try:
            with safe_open(path, "pt") as held:
                total += sum(math.prod(held.get_slice(name).get_shape()) for name in held.keys())  # noqa: SIM118
        except SafetensorError as error:
            raise InputError(f"{path} is no safetensors: {error}", hint="copy the model again") from error
    return total


def _fetched(name: str, revision: str | None) -> Path:
    """Return the folder of a model of the hub."""
    if Path(name).is_dir():
        raise ConfigError(f"[model] name {name!r} is a folder here", hint=f"path = {name!r}")
    try:
        from huggingface_hub import snapshot_download  # noqa: PLC0415 - comes with transformers
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            "the hub needs the package 'huggingface_hub'", hint="pip install 'thresher[train]'"
        ) from error
    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=_FILES))
    except (OSError, ValueError, HfHubHTTPError, HFValidationError) as error:
        told = str(error).strip().split("\n", 1)[0][:300]
        raise InputError(
            f"the model {name!r} cannot be had from the hub",
            told,
            hint="check name and network, or name a folder: path",
        ) from error


def _refuse_other_kinds(folder: Path) -> None:
    """Refuse a model that its own configuration calls something else than a causal language model."""
    try:
        config = orjson.loads((folder / "config.json").read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{folder / 'config.json'} is no JSON: {error}", hint="copy the model again") from error
    told = config.get("architectures") or []
    causal = any(str(name).endswith(_HEADS) for name in told) and not config.get("is_encoder_decoder")
    if told and not causal:
        raise InputError(
            f"{folder} is no causal language model: it is a {', '.join(map(str, told))}",
            hint="name a model whose config.json has an architecture ...ForCausalLM",
        )
