"""A merged model: the adapter added to its unquantised base, and proof that it says the same."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.errors import ConfigError, InputError, ThresherError
from curate.core.run.version import version
from curate.core.write.folder import OutputFolder, output_folder, sha256_of
from curate.core.write.manifest import MARK
from evalkit.answers.local.adapted import with_adapter
from evalkit.answers.local.belongs import CARD, read_card
from evalkit.answers.local.loaded import read_tokenizer
from evalkit.answers.local.weights import ADAPTER, find_weights, imported
from train.model.disk import told_as_os_error
from train.model.load import read_model, refuse_unfit
from train.model.parent import read_settings
from train.model.place import Place
from train.model.source import Base

_PROBES = (
    "The cat sat on the mat.",
    '{"id": 17, "name": "Zoë", "open": true}',
    "1, 2, 3: what comes next? Answer in a word.",
)
_APART = {"float32": 1e-4, "bfloat16": 0.1}  # of the largest logit: rounding of the sum of two matrices


class MergeError(ThresherError):
    """The merged model does not say what base and adapter say: exit 1."""

    exit_code = 1


@dataclass(frozen=True)
class Merged:
    """What was written."""

    out: Path
    apart: float  # largest difference of a logit, by the largest logit, read back from the disk
    manifest: dict[str, Any]
    bare: bool  # it has no chat template


def merge(adapter: Path, base: Path | None, out: Path, dtype: str) -> Merged:
    """Write base and adapter as one model into ``out``, as any loader of transformers' models takes it.

    Raises:
        MergeError: what was written, and read back, says something else than base and adapter.
        ThresherError: one of them cannot be read, they do not belong together, or ``out`` cannot be written.
    """
    found = _base_of(adapter, base)
    refuse_unfit(adapter, found)
    weights = find_weights(f"{found.weights.base}+{adapter}")
    place = Place("cpu", dtype, autocast=False)
    tokenizer = read_tokenizer(weights)
    probes = [tokenizer(text, add_special_tokens=False, return_tensors="pt")["input_ids"] for text in _PROBES]
    apart_model = _adapted(read_model(found, place, None), adapter, found)
    wanted = _logits(apart_model, probes)
    with apart_model.disable_adapter():
        untuned = _logits(apart_model, probes)
    if _undefined(wanted):
        if _undefined(untuned):
            hint = "copy the base again, or --dtype float32"
            raise MergeError(f"nothing can be merged into {found.called}: its logits are no numbers (NaN)", hint=hint)
        hint = "train it again: a lower learning_rate, or without dora"
        raise MergeError(f"{adapter} cannot be merged: it makes logits that are no numbers (NaN)", hint=hint)
    with output_folder(out, "merge") as folder, told_as_os_error():
        merged = _merged(apart_model, adapter)
        merged.save_pretrained(folder.work)
        tokenizer.save_pretrained(folder.work)
        back = _read_back(folder.work, place)
        said = _logits(back, probes)
        apart = _apart(said, wanted)
        if apart == _apart(said, untuned) and _is_same(back, read_model(found, place, None)):
            folder.abandon()
            raise MergeError(
                f"the merged model is {found.called} and nothing else: {adapter} changes no weight of it",
                hint="a run that made a step changes some: look at the log.jsonl of the one that wrote it",
            )
        lost = _nearer(said, untuned, wanted)
        if lost or apart > _APART[dtype] or _undefined(said):
            folder.abandon()
            raise MergeError(
                f"the merged model is {apart:.2g} of the largest logit away from base and adapter",
                f"{dtype} loses the adapter in rounding: it moves logits by {_apart(untuned, wanted):.2g}"
                if lost
                else f"allowed is {_APART[dtype]:g} in {dtype}",
                hint="serve base and adapter apart" + ("" if dtype == "float32" else ", or --dtype float32"),
            )
        manifest = _manifest(adapter, found, dtype, apart)
        _publish(folder, manifest)
    return Merged(out, apart, manifest, tokenizer.chat_template is None)


def _base_of(adapter: Path, base: Path | None) -> Base:
    """Return the base that is named, or the one that the adapter names."""
    told = read_settings(adapter)
    if base is None:
        named = read_card(adapter).get("base", {}).get("name") or told.get("base_model_name_or_path")
        if not named or not Path(named).is_dir():
            raise ConfigError(f"{adapter} names {named!r} as its base, which is no folder here", hint="--base FOLDER")
        base = Path(named)
    return Base(find_weights(str(base)), base.as_posix(), None)


def _adapted(model: Any, adapter: Path, base: Base) -> Any:
    try:
        return with_adapter(model, adapter, base.called).eval()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        told = str(error).strip().split("\n", 1)[0][:300]
        raise InputError(f"the adapter {adapter} does not fit {base.called}", told, hint="name its own base") from error


def _merged(model: Any, adapter: Path) -> Any:
    """Return base and adapter as one model; the library looks for numbers that are none, which probes may not meet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.merge_and_unload(safe_merge=True)
    except ValueError as error:
        told = str(error).strip().split("\n", 1)[0][:300]
        raise MergeError(
            f"{adapter} cannot be merged", told, hint="train it again, or serve base and adapter apart"
        ) from error


def _read_back(folder: Path, place: Place) -> Any:
    _, transformers = imported()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return transformers.AutoModelForCausalLM.from_pretrained(
            folder, dtype=getattr(torch, place.dtype), local_files_only=True, trust_remote_code=False
        ).eval()


def _logits(model: Any, probes: list[Any]) -> list[Any]:
    with torch.no_grad():
        return [model(input_ids=ids, use_cache=False).logits.float() for ids in probes]


def _undefined(logits: list[Any]) -> bool:
    return any(bool(one.isnan().any()) for one in logits)


def _apart(found: list[Any], wanted: list[Any]) -> float:
    largest = max(float(one.abs().max()) for one in wanted) or 1.0
    return max(float((one - other).abs().max()) for one, other in zip(found, wanted, strict=True)) / largest


def _nearer(said: list[Any], untuned: list[Any], wanted: list[Any]) -> bool:
    """Say whether the merged model is nearer to its base than to base and adapter: then the adapter is not in it."""
    to_base = sum(float((one - other).abs().sum()) for one, other in zip(said, untuned, strict=True))
    to_both = sum(float((one - other).abs().sum()) for one, other in zip(said, wanted, strict=True))
    return to_base < to_both


def _is_same(merged: Any, base: Any) -> bool:
    """Say whether two models have the same weights."""
    theirs = base.state_dict()
    return all(name in theirs and torch.equal(one, theirs[name]) for name, one in merged.state_dict().items())


def _manifest(adapter: Path, base: Base, dtype: str, apart: float) -> dict[str, Any]:
    told = read_card(adapter)
    inputs = []
    for name in (*ADAPTER, CARD):
        if (adapter / name).is_file():
            sha256, size = sha256_of(adapter / name)
            inputs.append({"path": (adapter / name).as_posix(), "sha256": sha256, "bytes": size, "rows": None})
    return {
        "thresher": version(),
        "schema_version": SCHEMA_VERSION,
        "command": "merge",
        "config": {"adapter": adapter.as_posix(), "base": base.called, "dtype": dtype},
        "seed": None,
        "model": base.as_json(),
        "adapter": {name: told.get(name) for name in ("name", "version", "parent")},
        "logits_apart": float(f"{apart:.3g}"),
        "inputs": inputs,
        "outputs": [],
        "counts": {},
        "versions": {},
    }


def _publish(folder: OutputFolder, manifest: dict[str, Any]) -> None:
    write_json(folder.file(CARD), {name: manifest[name] for name in ("adapter", "model", "schema_version", "thresher")})
    names = sorted(path.name for path in folder.work.iterdir() if path.is_file() and path.name != MARK)
    for name in names:
        sha256, size = sha256_of(folder.file(name))
        manifest["outputs"].append({"path": name, "sha256": sha256, "bytes": size, "rows": None})
    folder.publish(names, own=())
    folder.finish(manifest)
