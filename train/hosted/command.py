"""What ``thresher train`` does where its configuration has ``[hosted]``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from curate.core.command.door import call
from curate.core.command.exits import DONE, NO
from curate.core.command.terminal import emit, harmless
from curate.core.command.words import path_word
from curate.core.run.aside import aside
from curate.core.run.canonical import SCHEMA_VERSION, canonical
from curate.core.run.errors import ConfigError, ThresherError
from curate.core.write.folder import output_folder
from train.hosted.config import HostedConfig, load_hosted
from train.hosted.endpoint import Endpoint, EndpointError
from train.hosted.follow import ENDED, follow
from train.hosted.run import HostedRun, read_run, refuse_other_rows
from train.hosted.state import read_state


class JobError(ThresherError):
    """The job ended without a model."""

    exit_code = NO


def train_hosted(
    path: Path,
    out: Path | None,
    assignments: Sequence[str] = (),
    *,
    dry_run: bool = False,
    cancel: bool = False,
    as_json: bool = False,
    quiet: bool = False,
    texts: bool = True,
) -> int:
    """Check the files, send them, make a job and follow it; or go on with the job that the folder has.

    What is wrong with a row is told in words of it, unless there are to be no ``texts``.

    Raises:
        ThresherError: the data breaks the endpoint's rules, the endpoint refuses, or the job failed (exit 1).
    """
    config = load_hosted(path, assignments)
    if cancel:
        return _cancel(config, _given(out), as_json=as_json)
    run = read_run(config, path.resolve().parent)
    if dry_run:
        return _plan(run, as_json=as_json) if (code := _checked(run, texts=texts)) == DONE else code
    target = _given(out)
    with Endpoint(config.hosted) as endpoint:
        if read_state(target) is None and (code := _checked(run, texts=texts)) != DONE:
            return code
        with output_folder(target, "train") as folder:
            job = run.job(endpoint, folder)
            try:
                followed = follow(endpoint, job, config.hosted.poll, quiet=quiet)
            except KeyboardInterrupt:
                aside(f"\n{job} goes on. To follow it: {_again(path, target)}\n")
                aside(f"to cancel it: {_again(path, target)} --cancel\n")
                raise
            status = followed.job.get("status")
            if status != "succeeded":
                raise JobError(
                    f"{job} {status}{_why(followed.job)}",
                    hint=f"name another folder to start a new job; {target} has this one",
                )
            if not (isinstance(made := followed.job.get("fine_tuned_model"), str) and made):
                raise JobError(
                    f"{job} succeeded, and {config.hosted.base_url} names no model of it: fine_tuned_model is {made!r}",
                    hint="the same command looks again",
                )
            manifest = run.publish(endpoint, folder, followed)
    emit(_object(job, target, manifest) if as_json else _text(config, target, manifest))
    return DONE


def _given(out: Path | None) -> Path:
    if out is None:
        raise ConfigError("train needs a folder to write", hint="--out DIR")
    return out


def _checked(run: HostedRun, *, texts: bool) -> int:
    """Hold the files to the endpoint's rules before anything is sent; what is found is told on stderr."""
    for sent in run.files.values():
        with redirect_stdout(StringIO()) as told:
            code = call("check", str(sent.path), "--profile", "openai", *([] if texts else ["--no-text"]))
        shown = (line for line in told.getvalue().splitlines(keepends=True) if not line.startswith("next: "))
        aside("".join(shown))  # what comes next is the job, and not another curation
        if code != DONE:
            aside(f"nothing was sent: {harmless(str(sent.path))} breaks the endpoint's rules\n")
            return code
    refuse_other_rows(run)
    return DONE


def _cancel(config: HostedConfig, out: Path, *, as_json: bool) -> int:
    state = read_state(out)
    if state is None or state.job is None:
        raise ConfigError(f"{out} has no job", hint="--out names the folder that the job was started with")
    with Endpoint(config.hosted) as endpoint:
        ended = str(endpoint.job(state.job).get("status"))
        if ended in ENDED:
            raise ConfigError(f"{state.job} has ended: {ended}", hint="there is nothing to cancel")
        try:
            status = endpoint.cancel(state.job).get("status")
        except EndpointError as error:
            raise EndpointError(f"{state.job} was not cancelled: {error.problem}", hint=error.hint) from None
    told = {"schema_version": SCHEMA_VERSION, "job": state.job, "status": status}
    emit(canonical(told).decode() if as_json else f"{state.job}: {status}")
    return DONE


def _plan(run: HostedRun, *, as_json: bool) -> int:
    body = run.body({part: sent.name for part, sent in run.files.items()}, "-")
    told = {"schema_version": SCHEMA_VERSION, "base_url": run.config.hosted.base_url, "job": body}
    told |= {"files": {part: {"rows": sent.rows, "bytes": sent.bytes} for part, sent in run.files.items()}}
    if as_json:
        emit(canonical(told).decode())
        return DONE
    lines = [f"{part}: {sent.rows:,} rows, {sent.bytes:,} bytes ({sent.name})" for part, sent in run.files.items()]
    emit("\n".join([*lines, "", canonical(body).decode(), f"nothing was sent to {run.config.hosted.base_url}"]))
    return DONE


def _why(job: dict[str, Any]) -> str:
    error = job.get("error") or {}
    named = [error.get(name) for name in ("code", "message", "param")] if isinstance(error, dict) else [error]
    said = [str(one) for one in named if one]
    return f": {', '.join(said)}" if said else ""


def _again(path: Path, out: Path) -> str:
    return f"thresher train {path_word(path)} --out {path_word(out)}"


def _object(job: str, out: Path, manifest: dict[str, Any]) -> str:
    told = {name: manifest[name] for name in ("model", "outputs", "counts")}
    return canonical(told | {"schema_version": SCHEMA_VERSION, "job": job, "out": str(out)}).decode()


def _text(config: HostedConfig, out: Path, manifest: dict[str, Any]) -> str:
    name = harmless(str(manifest["model"]["name"]))
    model = f"{path_word(f'openai:{name}')} --base-url {path_word(config.hosted.base_url)}"
    return "\n".join(
        [
            f"{config.hosted.model} was tuned: {name}",
            f"wrote {out}. next: thresher predict --data test.jsonl --model {model} --out answers",
        ]
    )
