"""A hosted run: files checked and sent, a job made once, followed, and its results written down."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from curate.core.run.canonical import SCHEMA_VERSION, canonical, write_json
from curate.core.run.errors import ConfigError, InputError
from curate.core.run.version import version
from curate.core.write.folder import OutputFolder, sha256_of
from train.hosted.config import HostedConfig
from train.hosted.endpoint import Endpoint, EndpointError
from train.hosted.follow import Followed
from train.hosted.state import State, read_state

LOG = "log.jsonl"
_TRAINED = {"supervised": "messages", "dpo": "preferred_output"}  # what rows have, by method


class Sent(NamedTuple):
    """A file that is trained or evaluated on."""

    path: Path
    name: str  # as the configuration has it
    sha256: str
    bytes: int
    rows: int


@dataclass
class HostedRun:
    """One configuration, its files, and the folder that is written."""

    config: HostedConfig
    files: dict[str, Sent]

    @property
    def digest(self) -> str:
        """Return the hash of all that makes this job another one."""
        told = self.config.hosted.model_dump(mode="json", exclude={"poll", "timeout", "api_key_env"})
        files = {part: sent.sha256 for part, sent in self.files.items()}
        return hashlib.sha256(canonical({"hosted": told, "seed": self.config.seed, "files": files})).hexdigest()

    def body(self, ids: Mapping[str, str], mark: str) -> dict[str, Any]:
        """Return the job as it is asked for."""
        hosted = self.config.hosted
        body: dict[str, Any] = {
            "model": hosted.model,
            "training_file": ids["train"],
            "method": {"type": hosted.method, hosted.method: {"hyperparameters": hosted.hyperparameters()}},
            "metadata": {"thresher": mark},
        }
        more = {"validation_file": ids.get("validation"), "suffix": hosted.suffix, "seed": self.config.seed}
        return body | {name: value for name, value in more.items() if value is not None} | hosted.extra

    def job(self, endpoint: Endpoint, folder: OutputFolder) -> str:
        """Return the id of this folder's job, which is made if there is none yet.

        Raises:
            ConfigError: the folder belongs to another job.
        """
        state = read_state(folder.path) or State(self.config.hosted.base_url, self.digest, uuid.uuid4().hex)
        if state.digest != self.digest:
            raise ConfigError(
                f"{folder.path} belongs to another job{f' ({state.job})' if state.job else ''}: "
                "the configuration or the data changed since",
                hint="name another folder: --out DIR",
            )
        if state.job is None and state.asked:
            state.job = endpoint.find(state.mark)  # the answer may have been lost, and not the job
        if state.job is None:
            for part, sent in self.files.items():
                if part not in state.files:
                    state.files[part] = endpoint.upload(sent.path)
                    state.write(folder.path, folder.work)
            state.asked = True
            state.write(folder.path, folder.work)
            state.job = _created(endpoint, self.body(state.files, state.mark), state, folder)
        state.write(folder.path, folder.work)
        return state.job

    def publish(self, endpoint: Endpoint, folder: OutputFolder, followed: Followed) -> dict[str, Any]:
        """Fetch the results of a job that succeeded; write them and the manifest, which is returned."""
        rows = {LOG: len(followed.log)}
        lines = [orjson.dumps(line, option=orjson.OPT_SORT_KEYS) + b"\n" for line in followed.log]
        folder.file(LOG).write_bytes(b"".join(lines))
        told = followed.job.get("result_files")
        files = [file for file in told if isinstance(file, str)] if isinstance(told, list) else []
        for number, content in enumerate(map(endpoint.table, files), 1):
            folder.file(f"results-{number}.csv").write_bytes(content)
            rows[f"results-{number}.csv"] = max(0, len(content.splitlines()) - 1)
        outputs = []
        for name, count in rows.items():
            sha256, size = sha256_of(folder.file(name))
            outputs.append({"path": name, "sha256": sha256, "bytes": size, "rows": count})
        manifest = self._manifest(followed.job) | {"outputs": outputs}
        times = {name: followed.job.get(name) for name in ("created_at", "finished_at", "trained_tokens")}
        write_json(folder.file("run.json"), times | {"job": followed.job.get("id")})
        folder.publish([*rows, "run.json"], [LOG])
        folder.finish(manifest)
        return manifest

    def _manifest(self, job: Mapping[str, Any]) -> dict[str, Any]:
        hosted = self.config.hosted
        kept = sum(sent.rows for sent in self.files.values())
        return {
            "thresher": version(),
            "schema_version": SCHEMA_VERSION,
            "command": "train",
            "config": self.config.model_dump(mode="json"),
            "seed": self.config.seed,
            "model": {
                "source": "endpoint",
                "name": job.get("fine_tuned_model"),
                "base": hosted.model,
                "base_url": hosted.base_url,
                "hyperparameters": _chosen(job, hosted.method),
            },
            "inputs": [
                {"path": sent.name, "sha256": sent.sha256, "bytes": sent.bytes, "rows": sent.rows}
                for sent in self.files.values()
            ],
            "counts": {"in": kept, "added": 0, "kept": kept, "dropped": 0},
            "versions": {"openai": installed("openai")},
        }


def read_run(config: HostedConfig, folder: Path) -> HostedRun:
    """Return a configuration with its files, which are relative to the folder.

    Raises:
        InputError: a file is not there, or is no JSON Lines by its name.
    """
    files = {}
    for part, path in config.data.files(folder).items():
        if not path.is_file():
            hint = "thresher curate writes it" if config.data.run is not None else "paths are relative to the file"
            raise InputError(f"{path} is not there", hint=hint)
        if path.suffix != ".jsonl":
            raise InputError(
                f"{path}: the endpoint takes JSON Lines, a file called .jsonl", hint="thresher curate FILE"
            )
        sha256, size = sha256_of(path)
        with path.open("rb") as stream:
            rows = sum(1 for line in stream if line.strip())
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        files[part] = Sent(path, name, sha256, size, rows)
    return HostedRun(config, files)


def refuse_other_rows(run: HostedRun) -> None:
    """Refuse sound rows of a kind that the method does not train on.

    Raises:
        InputError: there is one.
    """
    method = run.config.hosted.method
    for sent in run.files.values():
        with sent.path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip() and _TRAINED[method] not in orjson.loads(line):
                    raise InputError(
                        f"{sent.path}:{number} has no {_TRAINED[method]!r}, which method = {method!r} trains on",
                        hint="supervised takes chats, dpo takes preferences",
                    )


def _created(endpoint: Endpoint, body: dict[str, Any], state: State, folder: OutputFolder) -> str:
    try:
        return endpoint.create(body)
    except EndpointError as error:
        if error.status is not None and error.status < 500:  # it said no: there is no job to look for
            state.asked = False
            if error.status == 404:  # or the files are gone, which an endpoint deletes after some days
                state.files.clear()
            state.write(folder.path, folder.work)
        raise


def _chosen(job: Mapping[str, Any], method: str) -> Any:
    """Return the hyperparameters that the endpoint took where it was left to choose."""
    told = job.get("method")
    own = told.get(method) if isinstance(told, Mapping) else None
    return (own.get("hyperparameters") if isinstance(own, Mapping) else None) or job.get("hyperparameters")
