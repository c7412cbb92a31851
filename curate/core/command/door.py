"""The command line: names to commands, errors to exit codes."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from curate.core.command.exits import BUG, CANNOT, DONE, INTERRUPTED
from curate.core.command.streams import end_output, open_streams, reader_left
from curate.core.command.table import COMMANDS
from curate.core.command.terminal import emit, harmless
from curate.core.run.aside import aside
from curate.core.run.errors import ThresherError, nearest
from curate.core.run.rest import rest

INTRO = "Separates grain from chaff in fine-tuning data, and holds a threshold on every release."


class CutError(Exception):
    """A pipe was cut: click would make exit 1 of it, without a word."""


@contextmanager
def _ours() -> Iterator[None]:
    """Keep from click what it would end by itself: a cut pipe, and an interrupt, for which it writes to stderr."""
    try:
        yield
    except BrokenPipeError as error:
        raise CutError from error
    except KeyboardInterrupt as error:
        raise click.Abort from error
    except EOFError as error:  # which click takes for an interrupt too
        raise RuntimeError(f"data ended too early: {error}") from error


class Door(click.Group):
    """The group of all commands, which imports a command's module only when it is called."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the options of the group."""
        with _ours():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is named."""
        with _ours():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those of the main road first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name].module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named first, or say which name is near."""
        if args and args[0] not in COMMANDS:
            raise ThresherError(
                f"there is no command {args[0]!r}{nearest(args[0], list(COMMANDS))}", hint="thresher --help"
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing one."""
        for title, first in (("Commands", True), ("More", False)):
            with formatter.section(title):
                formatter.write_dl(
                    [(name, command.help) for name, command in COMMANDS.items() if command.first is first]
                )


def version() -> str:
    """Return the installed version."""
    from importlib.metadata import PackageNotFoundError  # noqa: PLC0415 - costs 20 ms that --help need not pay
    from importlib.metadata import version as installed  # noqa: PLC0415

    try:
        return installed("thresher")
    except PackageNotFoundError:
        return "0+unknown"


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        emit(f"thresher {version()}")
        ctx.exit()


def build() -> Door:
    """Return the command line as a click group."""
    return Door(
        name="thresher",
        help=INTRO,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        params=[
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_print_version,
                help="Print the version.",
            )
        ],
        epilog="Exit codes: 0 yes or done, 1 no, 2 cannot run, 3 inconclusive, 70 our bug.",
    )


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. Every error ends here in a sentence, never in a bare traceback.

    The code says what the command did, also where nobody can read its words any more.
    """
    rest()
    open_streams()
    code = _code(arguments)
    failed = end_output()
    return code if failed is None or isinstance(failed, BrokenPipeError) else code or CANNOT


def _code(arguments: Sequence[str] | None) -> int:
    try:
        result = build().main(args=arguments, prog_name="thresher", standalone_mode=False)
    except ThresherError as error:
        aside("".join(f"{harmless(line)}\n" for line in f"error: {error}".split("\n")))
        return error.exit_code
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        aside(told.getvalue())
        return CANNOT
    except (click.Abort, KeyboardInterrupt):
        aside("interrupted\n")
        return INTERRUPTED
    except (CutError, OSError) as error:
        return _failed(error.__cause__ if isinstance(error, CutError) else error)
    except Exception:
        aside(traceback.format_exc())
        aside("error: this is a bug in thresher, not in your data; please report the lines above\n")
        return BUG
    return result if isinstance(result, int) else DONE


def _failed(error: BaseException | None) -> int:
    """Return the code of an error of the system; a reader of standard output that went away (``| head``) is none."""
    if isinstance(error, BrokenPipeError) and reader_left():
        return DONE
    place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
    said = (error.strerror if isinstance(error, OSError) else None) or error
    aside(f"error: {place}{said}\n  hint: check the disk and its permissions, then run again\n")
    return CANNOT


def call(name: str, *arguments: str) -> int:
    """Run another command by name, as one that ends in it does."""
    command = build().get_command(click.Context(build()), name)
    if command is None:
        raise KeyError(name)
    with command.make_context(f"thresher {name}", list(arguments)) as context:
        result = command.invoke(context)
    return result if isinstance(result, int) else DONE
