"""A local model that is loaded when the cache does not have it all, and the cache under its hashes."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from curate.core.chat.layers.store import Store
from curate.core.run.errors import ConfigError
from evalkit.answers.local.facts import read_facts
from evalkit.answers.local.loaded import Loaded, load, read_tokenizer
from evalkit.answers.local.weights import find_weights, imported

Dtype = Literal["auto", "float32", "bfloat16", "float16"]
_FORMAT = 2  # of what the cache holds, and of how it is made


class LocalSettings(BaseModel):
    """Where and how a local model runs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dtype: Dtype = Field("auto", description="auto: float32 on a CPU, else the checkpoint's own.")
    device: str | None = Field(None, description="cuda where there is one, else cpu.")
    batch_size: PositiveInt = Field(16, description="Rows at once.")
    window: PositiveInt | None = Field(None, description="Tokens seen at once for likelihoods; the model's if absent.")
    stride: PositiveInt | None = Field(None, description="Tokens by which the window slides; half of it if absent.")


class Machine:
    """What answers and likelihoods share."""

    def __init__(self, spec: str, settings: LocalSettings, cache: Path) -> None:
        self.settings = settings
        self.weights = find_weights(spec)
        self.facts = read_facts(self.weights.base)
        self.tokenizer = read_tokenizer(self.weights)
        torch, transformers = imported()
        self.device = settings.device or ("cuda" if torch.cuda.is_available() else "cpu")
        if self.device.startswith("cuda") and not torch.cuda.is_available():
            raise ConfigError(f"there is no device {self.device!r} here", hint="--device cpu")
        own = "float32" if self.device == "cpu" else self.facts.dtype
        self.dtype = own if settings.dtype == "auto" else settings.dtype
        self.versions = {"torch": str(torch.__version__), "transformers": transformers.__version__}
        self.window = min(settings.window or self.facts.window, self.facts.window)
        self.stride = settings.stride or max(1, self.window // 2)
        if self.stride >= self.window:
            raise ConfigError(f"--stride {self.stride} is not below the window of {self.window} tokens")
        self._cache = cache
        self._stack = ExitStack()
        self._loaded: Loaded | None = None

    def open(self) -> None:
        """Open the cache."""
        self._store = self._stack.enter_context(Store(self._cache))

    def close(self) -> None:
        """Close the cache, and let the model go."""
        self._loaded = None
        self._stack.close()

    @property
    def loaded(self) -> Loaded:
        """Return the model."""
        if self._loaded is None:
            self._loaded = load(self.weights, self.tokenizer, self.dtype, self.device)
        return self._loaded

    def key(self, *parts: Any) -> bytes:
        """Return what names a result: all that could have moved it, the hash of the weights first."""
        weights = self.weights
        hashes = (weights.base_sha256, weights.adapter_sha256, weights.tokenizer_sha256)
        told = [_FORMAT, hashes, self.dtype, self.device, self.versions, parts]
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()

    def kept(self, key: bytes) -> Any:
        """Return a result that was kept; None where there is none."""
        body = self._store.get(key)
        return None if body is None else orjson.loads(body)

    def keep(self, key: bytes, value: Any, tokens: tuple[int, int]) -> None:
        """Keep a result."""
        model = f"local:{self.weights.name}"
        self._store.put(key, orjson.dumps(value), model=model, fault="", tokens=tokens)

    def out_of_memory(self) -> ConfigError:
        """Return the error that says what to do about it."""
        return ConfigError(
            f"{self.settings.batch_size} rows at once do not fit into the memory of {self.device}",
            hint="--batch-size with a smaller number; what was answered is kept",
        )
