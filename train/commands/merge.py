"""``thresher merge ADAPTER --out DIR``: one model out of a base and its adapter."""

from __future__ import annotations

from pathlib import Path

import click

from curate.core.command.exits import DONE
from curate.core.command.paths import Place
from curate.core.command.terminal import emit
from curate.core.command.words import path_word


@click.command("merge")
@click.argument("adapter", type=click.Path(path_type=Path))
@click.option(
    "--base", type=click.Path(path_type=Path), help="Folder of the base; the one that ADAPTER names if absent."
)
@click.option("--out", required=True, type=Place(), help="Folder to write.")
@click.option(
    "--dtype", type=click.Choice(["float32", "bfloat16"]), default="float32", show_default=True, help="Of the weights."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def command(adapter: Path, *, base: Path | None, out: Path, dtype: str, as_json: bool) -> int:
    """Add ADAPTER to its unquantised base, and check that the model on the disk says what the two said.

    Exit 1 where it does not; nothing is written then.
    """
    from curate.core.run.canonical import canonical  # noqa: PLC0415 - after the flags are read
    from evalkit.answers.local.weights import imported  # noqa: PLC0415

    imported()
    from train.merge.merge import merge  # noqa: PLC0415

    merged = merge(adapter, base, out, dtype)
    if as_json:
        emit(canonical(merged.manifest | {"out": str(out)}).decode())
        return DONE
    bare = " --template none" if merged.bare else ""
    emit(
        f"wrote {out}: logits are at most {merged.apart:.1e} of the largest away from base and adapter\n"
        f"next: thresher predict --data FILE --model {path_word(f'local:{out}')}{bare} --out DIR, and score what ships"
    )
    return DONE
