"""The command line: names to commands, errors to exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from curate.core.command.exits import BUG, CANNOT, INTERRUPTED
from curate.core.command.table import COMMANDS
from curate.core.command.terminal import emit, harmless
from curate.core.run.errors import ThresherError, nearest
from curate.core.run.rest import rest

INTRO = "Separates grain from chaff in fine-tuning data, and holds a threshold on every release."


class Door(click.Group):
    """The group of all commands, which imports a command's module only when it is called."""

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
    """Run one command; return its exit code. Every error ends here in a sentence, never in a bare traceback."""
    rest()
    try:
        result = build().main(args=arguments, prog_name="thresher", standalone_mode=False)
    except ThresherError as error:
        sys.stderr.write("".join(f"{harmless(line)}\n" for line in f"error: {error}".split("\n")))
        return error.exit_code
    except click.ClickException as error:
        error.show(sys.stderr)
        return CANNOT
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(
            f"error: {place}{error.strerror or error}\n  hint: check the disk and its permissions, then run again\n"
        )
        return CANNOT
    except Exception:
        traceback.print_exc()
        sys.stderr.write("error: this is a bug in thresher, not in your data; please report the lines above\n")
        return BUG
    return result if isinstance(result, int) else 0


def call(name: str, *arguments: str) -> int:
    """Run another command by name, as one that ends in it does."""
    command = build().get_command(click.Context(build()), name)
    if command is None:
        raise KeyError(name)
    result = command.main(args=list(arguments), prog_name=f"thresher {name}", standalone_mode=False)
    return result if isinstance(result, int) else 0
