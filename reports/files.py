"""The files of a folder, read once and held against the hashes that its manifest lists."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from curate.core.run.canonical import SCHEMA_VERSION
from curate.core.run.errors import InputError
from curate.core.write.folder import sha256_of
from curate.core.write.manifest import MANIFEST, files_in, read_manifest

M = TypeVar("M", bound=BaseModel)


class Part(BaseModel):
    """What a page needs of a file, or of a part of one; what else stands there is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@dataclass(frozen=True)
class Folder:
    """A folder that a finished run wrote; ``again`` says how one makes it anew."""

    path: Path
    manifest: Mapping[str, Any]
    sha256: str  # of the manifest
    again: str

    @property
    def inputs(self) -> list[dict[str, Any]]:
        """Return what the manifest says of the files that were read."""
        return files_in(self.manifest, "inputs")

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Return what the manifest says of the files that were written."""
        return files_in(self.manifest, "outputs")

    def listed(self, name: str) -> str | None:
        """Return the sha256 that the manifest has of an output; None where it lists none of this name."""
        return next((one["sha256"] for one in self.outputs if one["path"] == name), None)

    def told(self, model: type[M]) -> M:
        """Return the manifest as a model of it.

        Raises:
            InputError: it is of another version, or is not whole.
        """
        return _of_this_version(self.path / MANIFEST, self.manifest, model, self.again)

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
        return _of_this_version(path, as_json(path, self.bytes(name), self.again), model, self.again)

    def view(self, name: str, model: type[M]) -> M | None:
        """Return a file that no manifest lists, since no two runs write the same; None where it is not there.

        Raises:
            InputError: it is no such file, or says that it is of another version.
        """
        path = self.path / name
        try:
            value = as_json(path, path.read_bytes(), self.again)
        except FileNotFoundError:
            return None
        says = isinstance(value, dict) and "schema_version" in value
        return (_of_this_version if says else as_model)(path, value, model, self.again)


def open_folder(path: Path, again: str) -> Folder:
    """Return a folder with its manifest.

    Raises:
        InputError: there is none.
    """
    manifest = read_manifest(path, hint=again)
    return Folder(path, manifest, sha256_of(path / MANIFEST)[0], again)


def as_json(path: Path, data: bytes, again: str) -> object:
    """Return the value that stands in a file, or in a line of it.

    Raises:
        InputError: it is no JSON.
    """
    try:
        value: object = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is no JSON: {error}", hint=again) from error
    return value


def as_model(path: Path, value: object, model: type[M], again: str, where: str = "") -> M:
    """Return what stands in a file as a model of it; ``where`` is the place in the file.

    Raises:
        InputError: a member is missing, or is of another kind.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in (*([where] if where else []), *first["loc"]))
        raise InputError(f"{path}: {place}: {first['msg']}", hint=again) from error


def _of_this_version(path: Path, value: object, model: type[M], again: str) -> M:
    version = value.get("schema_version") if isinstance(value, Mapping) else None
    if version != SCHEMA_VERSION:
        raise InputError(f"{path} has schema_version {version!r}; this version reads {SCHEMA_VERSION}", hint=again)
    return as_model(path, value, model, again)
