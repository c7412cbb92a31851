"""The folder of a trained adapter, or of a fully tuned model, with all that serving it needs beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from curate.core.run.canonical import SCHEMA_VERSION, write_json
from curate.core.run.version import version
from curate.core.write.folder import sha256_of
from evalkit.answers.local.belongs import CARD, read_card
from evalkit.answers.local.weights import ADAPTER
from train.config import AdapterTable
from train.model.source import Base

ADAPTER_FOLDER, MODEL_FOLDER = "adapter", "model"


def save_model(model: Any, tokenizer: Any, folder: Path, table: AdapterTable, base: Base, parent: Path | None) -> None:
    """Write weights (safetensors), tokenizer, chat template, and ``thresher.json`` into a new folder.

    ``{"base": {"name": "models/smol", "sha256": "4f..."}, "name": "tickets", "parent": null, "version": "0.1.0", ...}``
    """
    folder.mkdir(parents=True)
    if table.kind == "lora":
        for settings in model.peft_config.values():
            _sort(settings)
        # False: the embeddings are never trained here, and "auto" would ask the hub whether they were
        model.save_pretrained(folder, save_embedding_layers=False)
    else:
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # the library's own card; ours stands above
    write_json(
        folder / CARD,
        {
            "schema_version": SCHEMA_VERSION,
            "thresher": version(),
            "name": table.name,
            "version": table.version,
            "kind": table.kind,
            "base": base.as_json(),
            "parent": None if parent is None else _parent(parent),
        },
    )


def _sort(settings: Any) -> None:
    """Put the sets of an adapter's settings in order: as they are they would be written in that of Python's hashes."""
    for name, value in vars(settings).items():
        if isinstance(value, set):
            setattr(settings, name, sorted(value))


def _parent(folder: Path) -> dict[str, Any]:
    told = read_card(folder)
    sha256 = sha256_of(folder / ADAPTER[1])[0]
    return {"name": told.get("name", folder.name), "version": told.get("version"), "sha256": sha256}
