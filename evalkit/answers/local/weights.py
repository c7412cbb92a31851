"""Which files a local model is, and the hashes that name it; torch is not needed to know that."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.core.run.errors import ConfigError, InputError
from curate.core.write.folder import sha256_of
from evalkit.answers.local.belongs import refuse_other_base

ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
_TOKENIZER = (
    "tokenizer.json tokenizer_config.json tokenizer.model special_tokens_map.json added_tokens.json vocab.json "
    "merges.txt"
).split()
_HOLDS_TOKENIZER = ("tokenizer.json", "tokenizer.model", "vocab.json")


@dataclass(frozen=True)
class Weights:
    """The folders of a model, and of an adapter on it."""

    base: Path
    adapter: Path | None
    base_sha256: str
    adapter_sha256: str | None
    tokenizer: Path  # the adapter's own where it brings one: that is what it was trained with
    tokenizer_sha256: str

    @property
    def name(self) -> str:
        """Return what the model is called where its path is too long."""
        return self.base.name + (f"+{self.adapter.name}" if self.adapter else "")

    def as_json(self) -> dict[str, Any]:
        """Return what identifies the model."""
        adapter = None
        if self.adapter is not None:
            adapter = {"path": self.adapter.as_posix(), "sha256": self.adapter_sha256}
        return {
            "kind": "local",
            "name": self.name,
            "path": self.base.as_posix(),
            "sha256": self.base_sha256,
            "adapter": adapter,
            "tokenizer_sha256": self.tokenizer_sha256,
        }


def find_weights(spec: str) -> Weights:
    """Return the model that ``PATH[+ADAPTER]`` names, hashed.

    Raises:
        InputError: a folder is not there, holds no safetensors, or the adapter is for another base.
    """
    base, adapter = base_and_adapter(spec)
    if not base.is_dir():
        raise InputError(f"there is no folder {base}", hint="--model local:PATH[+ADAPTER], of a model's own files")
    if not (base / "config.json").is_file():
        what = "an adapter, not a model" if (base / ADAPTER[0]).is_file() else "no model: it has no config.json"
        raise InputError(f"{base} holds {what}", hint="local:BASE+ADAPTER" if "adapter" in what else None)
    files = sorted(path for path in base.glob("*.safetensors") if path.name != ADAPTER[1])
    if not files:
        raise InputError(
            f"{base} holds no *.safetensors", hint="pickled weights run code when they are read: convert them first"
        )
    base_hash, adapter_hash = _hash([base / "config.json", *files]), None
    if adapter is not None:
        absent = [name for name in ADAPTER if not (adapter / name).is_file()]
        if absent:
            raise InputError(f"{adapter} is no adapter: it has no {absent[0]}", hint="the folder that PEFT saved")
        adapter_hash = _hash(adapter / name for name in ADAPTER)
        refuse_other_base(adapter, base.as_posix(), base_hash)
    own = adapter is not None and any((adapter / name).is_file() for name in _HOLDS_TOKENIZER)
    tokenizer = adapter if adapter is not None and own else base
    return Weights(
        base,
        adapter,
        base_hash,
        adapter_hash,
        tokenizer,
        _hash(path for name in _TOKENIZER if (path := tokenizer / name).is_file()),
    )


def base_and_adapter(spec: str, home: Path = Path()) -> tuple[Path, Path | None]:
    """Return base and adapter, seen from ``home``; a + that belongs to the path of one of them stays in it.

    Raises:
        InputError: there is no folder of the adapter.
    """
    if "+" not in spec or (home / spec).is_dir():
        return home / spec, None
    cuts = [at for at, letter in enumerate(spec) if letter == "+"]
    pairs = [(home / spec[:at], home / spec[at + 1 :]) for at in cuts]
    base, adapter = next((pair for pair in pairs if pair[0].is_dir() and pair[1].is_dir()), pairs[-1])
    if not adapter.is_dir():
        raise InputError(f"there is no folder {adapter.as_posix()!r}", hint="--model local:PATH+ADAPTER")
    return base, adapter


def _hash(files: Iterable[Path]) -> str:
    """Return one hash of files by their names and contents."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name} {sha256_of(path)[0]}\n".encode())
    return digest.hexdigest()


def imported() -> tuple[Any, Any]:
    """Return torch and transformers.

    Raises:
        ConfigError: one of them is missing.
    """
    try:
        import torch  # noqa: PLC0415 - the base install has none of them
        import transformers  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            f"local models need the package {error.name!r}", hint="pip install 'thresher[train]'"
        ) from error
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # it warns of a kernel that it would fetch from a hub
    return torch, transformers
