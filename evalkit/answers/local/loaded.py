"""A local model in memory: loaded from safetensors alone, running no code of its folder."""

from __future__ import annotations

import inspect
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curate.core.run.errors import InputError
from evalkit.answers.local.adapted import with_adapter
from evalkit.answers.local.weights import Weights, imported


@dataclass(frozen=True)
class Loaded:
    """A model and what surrounds it. ``torch`` and ``transformers`` are modules that a base install lacks."""

    model: Any
    tokenizer: Any
    torch: Any
    transformers: Any
    device: str

    @property
    def pad(self) -> int:
        """Return the token that fills rows; it is masked, so that any will do."""
        known = (self.tokenizer.pad_token_id, self.tokenizer.eos_token_id)
        return next((one for one in known if one is not None), 0)

    @property
    def keeps_logits(self) -> bool:
        """Say whether the model can be asked for the logits of its last positions alone."""
        base = self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model
        return "logits_to_keep" in inspect.signature(base.forward).parameters

    def row(self, ids: list[int], width: int) -> tuple[list[int], list[int]]:
        """Return tokens filled on the left to a width, and their mask."""
        empty = width - len(ids)
        return [self.pad] * empty + ids, [0] * empty + [1] * len(ids)

    def padded(self, rows: list[list[int]]) -> dict[str, Any]:
        """Return a batch, filled on the left, so that all rows end at the same place."""
        width = max(map(len, rows))
        filled = [self.row(ids, width) for ids in rows]
        tensor = self.torch.tensor
        ids, mask = (tensor([one[k] for one in filled], device=self.device) for k in (0, 1))
        return {"input_ids": ids, "attention_mask": mask}


def read_tokenizer(weights: Weights) -> Any:
    """Return the tokenizer of a model.

    Raises:
        ConfigError: transformers is missing.
        InputError: there is no tokenizer, or one that needs code of its folder.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a path that is wrong must not become a download
    _, transformers = imported()
    try:
        return transformers.AutoTokenizer.from_pretrained(
            weights.tokenizer, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        raise InputError(f"{weights.tokenizer} has no tokenizer that can be read", _first(error)) from error


def load(weights: Weights, tokenizer: Any, dtype: str, device: str) -> Loaded:
    """Return a model that is ready to answer.

    Raises:
        ConfigError: a package is missing.
        InputError: the model cannot be read, or needs code of its folder.
    """
    torch, transformers = imported()
    from safetensors import SafetensorError  # noqa: PLC0415 - comes with transformers

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the libraries, about each other
            model = _read(weights, getattr(torch, dtype), transformers)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{weights.name} cannot be loaded", _first(error), hint="see the folder's files") from error
    model.to(device).eval()
    return Loaded(model, tokenizer, torch, transformers, device)


def _read(weights: Weights, dtype: Any, transformers: Any) -> Any:
    model = read_whole(weights.base, weights.name, transformers, dtype=dtype)
    if weights.adapter is None:
        return model
    return with_adapter(model, weights.adapter, weights.base.name)


def read_whole(folder: Path, called: str, transformers: Any, **given: Any) -> Any:
    """Return a causal language model all of whose weights are in its folder; none of the library's errors is caught.

    Raises:
        InputError: it lacks some: the library would draw them at random, and go on.
    """
    model, told = transformers.AutoModelForCausalLM.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        output_loading_info=True,
        **given,
    )
    absent = sorted(told["missing_keys"])
    if absent:
        raise InputError(
            f"{called} lacks {len(absent):,} of its weights: {', '.join(absent[:3])}", hint="copy the model again"
        )
    return model


def _first(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
