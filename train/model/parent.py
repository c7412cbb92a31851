"""An adapter that goes on from another one: its shape is its parent's, whatever the defaults say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from curate.core.run.errors import ConfigError, InputError
from evalkit.answers.local.weights import ADAPTER
from train.config import TrainConfig

ALL_LINEAR = "all-linear"
_NAMES = {
    "rank": "r",
    "alpha": "lora_alpha",
    "dropout": "lora_dropout",
    "targets": "target_modules",
    "dora": "use_dora",
    "rslora": "use_rslora",
}


def inherited(config: TrainConfig, home: Path) -> TrainConfig:
    """Return the configuration with what an adapter has from its parent; as it is where there is no parent.

    Raises:
        InputError: the parent is no adapter.
        ConfigError: a setting is given that the parent has otherwise.
    """
    table = config.adapter
    if table.parent is None:
        return config
    told = read_settings(home / table.parent)
    theirs = {name: told[key] for name, key in _NAMES.items() if told.get(key) is not None}
    if isinstance(theirs.get("targets"), list):  # the library writes the path of every module
        theirs["targets"] = sorted({str(one).rpartition(".")[2] for one in theirs["targets"]})
    given = table.model_dump(include=table.model_fields_set & theirs.keys())
    if isinstance(given.get("targets"), list):
        given["targets"] = sorted(given["targets"])
    if given.get("targets") == ALL_LINEAR:  # which modules these are is known when the model is loaded
        del given["targets"], theirs["targets"]
    for name, value in given.items():
        if value != theirs[name]:
            raise ConfigError(
                f"[adapter] {name} = {value}, but the parent {table.parent.as_posix()} has {theirs[name]}",
                hint=f"leave {name} out: an adapter goes on in its parent's shape",
            )
    return config.model_copy(update={"adapter": table.model_copy(update=theirs)})


def read_settings(adapter: Path) -> dict[str, Any]:
    """Return what ``adapter_config.json`` says.

    Raises:
        InputError: it is not there, or was damaged.
    """
    path = adapter / ADAPTER[0]
    hint = "name the folder adapter/ of a training run"
    if not path.is_file():
        raise InputError(f"{adapter} is no adapter: it has no {ADAPTER[0]}", hint=hint)
    try:
        return dict(orjson.loads(path.read_bytes()))
    except (OSError, orjson.JSONDecodeError, TypeError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}", hint=hint) from error
