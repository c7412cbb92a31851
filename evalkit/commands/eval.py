"""``thresher eval CONFIG.toml --out DIR``: predict, score, compare, gate and report in one, for CI."""

from __future__ import annotations

from pathlib import Path

import click

from curate.core.command.exits import DONE
from curate.core.command.terminal import emit
from curate.core.run.errors import ConfigError


@click.command("eval")
@click.argument("config", required=False, metavar="CONFIG.toml", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for everything that is written.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of eval.toml.")
@click.option("--markdown", is_flag=True, help="Print the page docs/eval-configuration.md.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(config: Path | None, *, out: Path | None, schema: bool, markdown: bool, quiet: bool) -> int:
    """Answer, score, compare and judge by one configuration; the exit code is the gate's.

    DIR then holds run/ (predictions, scores), gate/ (the verdict), compare.md, and the report if it is asked for.
    """
    from curate.core.command.door import call  # noqa: PLC0415 - it imports a command when it is called
    from evalkit.eval.config import load_eval, schema_text  # noqa: PLC0415
    from evalkit.eval.flags import (  # noqa: PLC0415
        COMPARED,
        GATE,
        RUN,
        baselines,
        gate_flags,
        predict_flags,
        score_flags,
        suites_flags,
    )
    from evalkit.eval.page import configuration_page  # noqa: PLC0415

    if schema or markdown:
        emit(configuration_page() if markdown else schema_text())
        return DONE
    if config is None or out is None:
        raise ConfigError("eval needs a configuration and a folder", hint="thresher eval eval.toml --out DIR")
    wanted, home = load_eval(config), config.resolve().parent
    still = ["--quiet"] if quiet else []
    out.mkdir(parents=True, exist_ok=True)
    if wanted.suites is not None:
        emit("== suites")
        call("suites", *suites_flags(wanted.suites, out))
    if wanted.predict is not None:
        emit("== predict")
        call("predict", *predict_flags(wanted, home, out), *still)
    emit("== score")
    call("score", *score_flags(wanted, home, out), *still)
    code = DONE
    folders = [str(out / RUN)]
    if wanted.gate is not None:
        given = baselines(wanted.gate, home)
        if given:
            emit("== compare")
            call("compare", str(next(iter(given.values()))), str(out / RUN), "--output", str(out / COMPARED))
        emit("== gate")
        code = call("gate", *gate_flags(wanted.gate, home, out))
        folders += [str(out / GATE), *(str(path) for path in given.values() if path.is_dir())]
    if wanted.report is not None:
        emit("== report")
        flags = ["--no-text"] if wanted.report.no_text else []
        call("report", *folders, "--output", str(out / wanted.report.output), *flags)
    return code
