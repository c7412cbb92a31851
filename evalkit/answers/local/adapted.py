"""A model with an adapter on it: all of the adapter, or none."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from curate.core.run.errors import ConfigError, InputError

SHOWN = 3  # tensors named in an error


def with_adapter(model: Any, adapter: Path, called: str, *, trainable: bool = False) -> Any:
    """Return a model with the adapter that PEFT saved; none of the library's errors is caught.

    The library only warns of tensors that are not there, and says nothing of those that no module takes: their layers
    then answer as the base does.

    Raises:
        ConfigError: peft is missing.
        InputError: the adapter's tensors are not those of the layers that its settings adapt.
    """
    try:
        import peft  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError("adapters need the package 'peft'", hint="pip install 'thresher[train]'") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about each other
        made = peft.PeftModel.from_pretrained(model, adapter, is_trainable=trainable)
        if made.active_peft_config.is_prompt_learning:  # no layer takes those tensors: they are read another way
            return made
        told = made.load_adapter(adapter, made.active_adapter, is_trainable=trainable)  # a second time, as it tells
    absent = [name for name in told.missing_keys if "vblora_vector_bank" not in name]  # one that all layers share
    if absent or told.unexpected_keys:
        raise InputError(
            f"the adapter {adapter} does not fit {called}: it would be left out in part, or whole",
            *_named("no tensor for", absent),
            *_named("no layer for", told.unexpected_keys),
            hint="copy the adapter again, or name the base that it was trained on",
        )
    return made


def _named(what: str, tensors: list[str]) -> list[str]:
    more = f" and {len(tensors) - SHOWN:,} more" if len(tensors) > SHOWN else ""
    return [f"{what} {', '.join(sorted(tensors)[:SHOWN])}{more}"] if tensors else []
