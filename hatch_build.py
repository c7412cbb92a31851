"""The C kernel into the wheel: compiled by the machine's compiler, loaded by ctypes, tied to no Python version."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

NATIVE = Path("curate", "native")
SOURCES = ("minhash.c", "pairs.c", "scan.c", "lines.c", "digest.c", "fold.c", "signs.c", "blocks.c")
FLAGS = ("-O3", "-std=c11", "-fPIC", "-shared", "-fvisibility=default", "-Wall", "-Wextra")


class Compile(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own configuration is no matter of ours
    """Compiles ``curate/native/*.c`` to ``_kernel.so``; without a compiler the wheel is pure Python, and slower."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say what the wheel then holds."""
        root = Path(self.root)
        target = root / NATIVE / "_kernel.so"
        compiler = os.environ.get("CC", "cc")
        command = [compiler, *FLAGS, *(str(root / NATIVE / name) for name in SOURCES), "-o", str(target)]
        try:
            subprocess.run(command, check=True)  # noqa: S603 - the builder's own compiler
        except (OSError, subprocess.CalledProcessError) as error:
            if os.environ.get("CIBUILDWHEEL"):
                raise
            sys.stderr.write(
                f"thresher: no C kernel ({error}); near-duplicates will take about 10 times as long, reading 3 times\n"
            )
            target.unlink(missing_ok=True)
            return
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{next(sys_tags()).platform}"
        build_data["artifacts"].append(f"{NATIVE.as_posix()}/_kernel.so")
