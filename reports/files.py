"""The files of a folder, read once and held against the hashes that its manifest lists."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.write.folder import MANIFEST

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Folder:
    """A folder that a finished run wrote; ``again`` says how one makes it anew."""

    path: Path
    manifest: Mapping[str, Any]
    sha256: str  # of the manifest
    again: str

    def listed(self, name: str) -> str | None:
        """Return the sha256 that the manifest has of an output; None where it lists none of this name."""
        for one in self.manifest.get("outputs", []):
            if isinstance(one, dict) and one.get("path") == name:
                return str(one.get("sha256"))
        return None

    def bytes(self, name: str) -> bytes:
        """Return an output's bytes.

        Raises:
            InputError: it is not there, or is not what the manifest lists.
        """
        try:
            data = (self.path / name).read_bytes()
        except OSError as error:
            raise InputError(f"{self.path} holds no {name}", hint=self.again) from error
        if hashlib.sha256(data).hexdigest() != self.listed(name):
            raise InputError(
                f"{self.path / name} is not the file that {MANIFEST} lists: it was changed", hint=self.again
            )
        return data

    def model(self, name: str, model: type[M]) -> M:
        """Return an output as a model of it.

        Raises:
            InputError: it is not there, was changed, or is of another version.
        """
        path = self.path / name
        value = _json(path, self.bytes(name), self.again)
        version = value.get("schema_version") if isinstance(value, dict) else None
        if version != SCHEMA_VERSION:
            raise InputError(
                f"{path} has schema_version {version!r}; this version reads {SCHEMA_VERSION}", hint=self.again
            )
        try:
            return model.model_validate(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InputError(f"{path}: {place}: {first['msg']}", hint=self.again) from error


def open_folder(path: Path, again: str) -> Folder:
    """Return a folder with its manifest.

    Raises:
        InputError: there is none.
    """
    try:
        data = (path / MANIFEST).read_bytes()
    except OSError as error:
        raise InputError(f"{path} holds no {MANIFEST}", hint=again) from error
    manifest = _json(path / MANIFEST, data, again)
    if not isinstance(manifest, dict):
        raise InputError(f"{path / MANIFEST} is no JSON object", hint=again)
    return Folder(path, manifest, hashlib.sha256(data).hexdigest(), again)


def _json(path: Path, data: bytes, again: str) -> object:
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}", hint=again) from error
    return value
