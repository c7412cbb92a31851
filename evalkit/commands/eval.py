"""``thresher eval CONFIG.toml --out DIR``: predict, score, compare, gate and report in one, for CI."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from curate.core.command.exits import DONE
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.run.errors import ConfigError

if TYPE_CHECKING:
    from evalkit.eval.config import EvalConfig


@click.command("eval")
@click.argument("config", required=False, metavar="CONFIG.toml", type=click.Path(path_type=Path))
@click.option("--out", type=Place(), help="Folder for everything that is written.")
@click.option("--schema", is_flag=True, help="Print the JSON schema of eval.toml.")
@click.option("--markdown", is_flag=True, help="Print the page docs/eval-configuration.md.")
@click.option("--no-text", is_flag=True, help="Leave texts of the data out of what is shown, scored and reported.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(
    config: Path | None, *, out: Path | None, schema: bool, markdown: bool, no_text: bool, as_json: bool, quiet: bool
) -> int:
    """Answer, score, compare and judge by one configuration; the exit code is the gate's.

    Exit 1 too where not one item was answered.

    DIR then holds run/ (predictions, scores), gate/ (the verdict), compare.md, and the report if it is asked for. It is
    new, empty, or of an earlier evaluation.
    """
    from curate.core.write.folder import marked_folder  # noqa: PLC0415 - it imports what it needs when it is called
    from evalkit.eval.config import load_eval, schema_text  # noqa: PLC0415
    from evalkit.eval.flags import COMPARED, GATE, ITEMS, RUN  # noqa: PLC0415
    from evalkit.eval.page import configuration_page  # noqa: PLC0415

    if schema or markdown:
        emit(configuration_page() if markdown else schema_text())
        return DONE
    if config is None or out is None:
        raise ConfigError("eval needs a configuration and a folder", hint="thresher eval eval.toml --out DIR")
    wanted = load_eval(config)
    texts = not (no_text or (wanted.report is not None and wanted.report.no_text))
    files = [COMPARED, ITEMS, *([] if wanted.report is None else Path(wanted.report.output).parts[:1])]
    with marked_folder(out, "eval", parts=(RUN, GATE), files=files):
        if not as_json:
            return _evaluate(wanted, config, out, texts=texts, quiet=quiet)
        with redirect_stdout(StringIO()):
            code = _evaluate(wanted, config, out, texts=texts, quiet=quiet)
    emit(_object(out, judged=wanted.gate is not None))
    return code


def _evaluate(wanted: EvalConfig, file: Path, out: Path, *, texts: bool, quiet: bool) -> int:
    """Run the commands that the configuration stands for; return the gate's exit code, else that of predict."""
    from curate.core.command.door import call  # noqa: PLC0415 - it imports a command when it is called
    from evalkit.eval.flags import (  # noqa: PLC0415
        COMPARED,
        GATE,
        RUN,
        argument,
        baselines,
        gate_flags,
        predict_flags,
        score_flags,
        suites_flags,
    )
    from evalkit.eval.older import remove_older  # noqa: PLC0415
    from evalkit.eval.ready import ready_page, refuse_unready  # noqa: PLC0415
    from evalkit.eval.rehearsal import rehearse  # noqa: PLC0415

    home = file.parent
    remove_older(out, None if wanted.report is None else wanted.report.output, judged=wanted.gate is not None)
    refuse_unready(wanted, home, out)
    if wanted.report is not None:
        ready_page(out / wanted.report.output, wanted, file, out)
    bare = [] if texts else ["--no-text"]
    still = ["--quiet", *bare] if quiet else bare
    if wanted.suites is not None:
        emit("== suites")
        call("suites", *suites_flags(wanted.suites, out))
    answered = DONE
    rehearse(wanted, home, out)
    if wanted.predict is not None:
        emit("== predict")
        answered = call("predict", *predict_flags(wanted, home, out), *still)
    emit("== score")
    call("score", *score_flags(wanted, home, out), *still)
    code = DONE
    folders = [argument(out / RUN)]
    if wanted.gate is not None:
        given = baselines(wanted.gate, home)
        if given:
            emit("== compare")
            call("compare", argument(next(iter(given.values()))), argument(out / RUN), "--output", str(out / COMPARED))
        emit("== gate")
        code = call("gate", *gate_flags(wanted.gate, home, out))
        folders += [argument(out / GATE), *(argument(path) for path in given.values() if path.is_dir())]
    if wanted.report is not None:
        emit("== report")
        call("report", "--output", str(out / wanted.report.output), *bare, "--", *folders)
    return code or answered


def _object(out: Path, *, judged: bool) -> str:
    """Return the verdict, or the scores where nothing is judged, and where all of it was written."""
    import orjson  # noqa: PLC0415

    from curate.core.run.canonical import canonical  # noqa: PLC0415
    from evalkit.eval.flags import GATE, RUN  # noqa: PLC0415
    from evalkit.gate.output.files import VERDICT  # noqa: PLC0415
    from evalkit.results import SCORES  # noqa: PLC0415

    file = out / GATE / VERDICT if judged else out / RUN / SCORES
    return canonical(orjson.loads(file.read_bytes()) | {"out": str(out)}).decode()
