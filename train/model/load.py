"""A model ready to be trained: loaded from safetensors alone, quantised where asked, with its adapter."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError

from curate.core.run.errors import ConfigError, InputError, nearest
from evalkit.answers.local.adapted import with_adapter
from evalkit.answers.local.belongs import refuse_other_base
from evalkit.answers.local.loaded import read_whole
from evalkit.answers.local.weights import ADAPTER, imported
from train.config import AdapterTable, QuantisationTable, TrainConfig
from train.model.parent import ALL_LINEAR
from train.model.place import SEEDS, Place
from train.model.source import Base

_PACKS = "support_avx512bf16_for_cpu"  # of a linear layer of bitsandbytes


class Parameters(NamedTuple):
    """How many numbers a model has, and how many of them are trained."""

    trained: int
    all: int


def load_model(config: TrainConfig, base: Base, place: Place, home: Path) -> Any:
    """Return the model, its trained parameters float32 and marked, drawn from the seed.

    Raises:
        InputError: the weights cannot be read, are of no causal language model, or the parent is for another base.
        ConfigError: a package is missing, or the adapter has a target that the model has not.
    """
    torch.manual_seed(config.seed % SEEDS)
    model = read_model(base, place, config.quantisation, config.model.attention)
    if config.adapter.kind == "full":
        model.requires_grad_(True)
    else:
        model = _with_adapter(model, config, base, home)
    if config.training.checkpointing:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return model


def read_model(base: Base, place: Place, quantisation: QuantisationTable | None, attention: str | None = None) -> Any:
    """Return a base model on its device, frozen; its attention as the library chooses where none is named.

    Raises:
        InputError: it cannot be read.
        ConfigError: bitsandbytes is missing.
    """
    _, transformers = imported()
    given: dict[str, Any] = {"dtype": getattr(torch, place.dtype), "attn_implementation": attention}
    if quantisation is not None:
        given |= {"quantization_config": _quantised(quantisation, transformers), "device_map": {"": place.device}}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the libraries, about each other
            model = read_whole(base.weights.base, base.called, transformers, **given)
            if quantisation is None:
                model.to(place.device)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        told = _first(error)
        lacks = "scaled_dot_product_attention" in str(error)
        hint = '[model] attention = "eager"' if lacks else "see the folder's files"
        raise InputError(f"{base.called} cannot be loaded as a causal language model", told, hint=hint) from error
    _keep_unpacked(model)
    return model.requires_grad_(False)


def _keep_unpacked(model: Any) -> None:
    """Keep the weights of four bits as they were read.

    bitsandbytes 0.50 lays them out anew for processors with AVX-512 BF16, the first time that a model is evaluated on
    the CPU. What it multiplies them by from then on has no gradient: after an evaluation, layers below would learn from
    another one than theirs, and nothing says so. It refuses layers narrower than its blocks, too.
    """
    for module in model.modules():
        if hasattr(module, _PACKS):
            setattr(module, _PACKS, False)


def _quantised(table: QuantisationTable, transformers: Any) -> Any:
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigError("[quantisation] needs the package 'bitsandbytes'", hint="pip install 'thresher[train]'")
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=table.type,
        bnb_4bit_use_double_quant=table.double,
        bnb_4bit_compute_dtype=getattr(torch, table.compute),
    )


def _with_adapter(model: Any, config: TrainConfig, base: Base, home: Path) -> Any:
    try:
        import peft  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigError("adapters need the package 'peft'", hint="pip install 'thresher[train]'") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if config.quantisation is not None:
            model = peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
        if config.adapter.parent is not None:
            linear = _linear_layers(model)
            made = _grown(model, home / config.adapter.parent, base)
            _refuse_narrower(made, linear, config.adapter)
            return made
        _refuse_unknown_targets(model, config.adapter.targets, base)
        try:
            made = peft.get_peft_model(model, _lora(config.adapter, peft))
        except ValueError as error:
            raise ConfigError(f"[adapter] targets do not fit {base.called}", _first(error)) from error
    made.peft_config["default"].base_model_name_or_path = base.called
    return made


def _refuse_unknown_targets(model: Any, targets: str | list[str], base: Base) -> None:
    """Refuse a target that no module is called: the library trains the others and says nothing."""
    names = [name for name, _ in model.named_modules()]
    for target in [] if isinstance(targets, str) else targets:
        if not any(f".{name}".endswith(f".{target}") for name in names):
            linear = sorted({name.rpartition(".")[2] for name, one in model.named_modules() if _is_linear(one)})
            raise ConfigError(
                f"[adapter] targets: {base.called} has no module {target!r}{nearest(target, linear)}",
                hint=f"its linear layers are {', '.join(linear)}",
            )


def _is_linear(module: Any) -> bool:
    return isinstance(module, torch.nn.Linear) or type(module).__name__ == "Conv1D"  # of GPT-2


def _lora(table: AdapterTable, peft: Any) -> Any:
    return peft.LoraConfig(
        task_type="CAUSAL_LM",
        r=table.rank,
        lora_alpha=table.alpha,
        lora_dropout=table.dropout,
        target_modules=table.targets,
        use_dora=table.dora,
        use_rslora=table.rslora,
    )


def _grown(model: Any, parent: Path, base: Base) -> Any:
    """Return the model with its parent adapter, to be trained on."""
    refuse_unfit(parent, base)
    try:
        return with_adapter(model, parent, base.called, trainable=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise InputError(f"the adapter {parent} does not fit {base.called}", _first(error)) from error


def _linear_layers(model: Any) -> set[str]:
    """Return the paths of the linear layers, but for the head."""
    head = model.get_output_embeddings()
    return {name for name, one in model.named_modules() if _is_linear(one) and one is not head}


def _refuse_narrower(grown: Any, linear: set[str], table: AdapterTable) -> None:
    """Refuse a parent that leaves out linear layers where all are asked for: it grows in its own shape."""
    if table.targets != ALL_LINEAR or "targets" not in table.model_fields_set:
        return
    own = {name.removeprefix("base_model.model.") for name, one in grown.named_modules() if hasattr(one, "lora_A")}
    if left := linear - own:
        names = ", ".join(sorted({name.rpartition(".")[2] for name in left}))
        raise ConfigError(
            f"[adapter] targets = {ALL_LINEAR}, but the parent {table.parent} leaves out {names} in {len(left)} places",
            hint="leave targets out: an adapter goes on in its parent's shape",
        )


def refuse_unfit(adapter: Path, base: Base) -> None:
    """Refuse a folder that holds no adapter, or one that was trained on another base.

    Raises:
        InputError: it does.
    """
    absent = [name for name in ADAPTER if not (adapter / name).is_file()]
    if absent:
        raise InputError(
            f"{adapter} is no adapter: it has no {absent[0]}", hint="the folder adapter/ of a training run"
        )
    refuse_other_base(adapter, base.called, base.weights.base_sha256)


def count(model: Any) -> Parameters:
    """Return how many parameters a model has; one of four bits counts as one, though two share a byte."""
    trained = sum(one.numel() for one in model.parameters() if one.requires_grad)
    return Parameters(trained, int(model.num_parameters()) if hasattr(model, "num_parameters") else trained)


def _first(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]
