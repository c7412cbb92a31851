"""A tokenizer and a template out of their files; the one place that imports transformers for them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from curate.core.run.errors import ConfigError, InputError


def load_tokenizer(path: Path) -> Any:
    """Return the tokenizer of a model's folder (or of its ``tokenizer.json``); nothing is downloaded, no code is run.

    Raises:
        ConfigError: transformers is not installed.
        InputError: there is no tokenizer that can be read.
    """
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # that torch is missing: it is not needed here
    try:
        from transformers import AutoTokenizer  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise ConfigError(
            f"chat templates need the package {error.name!r}",
            hint="pip install transformers tokenizers; torch is not needed",
        ) from error
    folder = path.parent if path.is_file() else path
    if not folder.is_dir():
        raise InputError(f"there is no folder {path}", hint="name the folder that holds tokenizer.json")
    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError, TypeError, ImportError) as error:
        told = " ".join(str(error).split())[:300]
        hint = "the folder needs tokenizer.json and tokenizer_config.json"
        raise InputError(f"{path} has no tokenizer that can be read", told, hint=hint) from error


def read_template(path: Path) -> str:
    """Return the text of a chat template's file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", hint="a chat template is a text file of Jinja") from error
