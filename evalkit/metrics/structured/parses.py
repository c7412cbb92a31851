"""Does the answer parse: as Python, as SQL."""

from __future__ import annotations

import ast
import gc
import sys
import warnings
from collections.abc import Mapping
from importlib.metadata import version as installed
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field, field_validator

from evalkit.metrics.metric import Metric, truths
from evalkit.metrics.structured.fence import fenced
from evalkit.unscored import Need


def _code(text: str, variant: str) -> str:
    """Return the first fenced block where it is asked for and there is one, else the whole text."""
    block = fenced(text) if variant else None
    return text if block is None else block


class PythonParses(Metric):
    """1 where the answer (``:extracted``: or its first fenced block) is Python that this interpreter parses, else 0.

    Nothing is run.
    """

    use: Literal["python_parses"] = "python_parses"
    variants: ClassVar[tuple[str, ...]] = ("", "extracted")
    needs: ClassVar[tuple[Need, ...]] = ("text",)
    shares: ClassVar[bool] = True

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the rule and the version of Python."""
        return {"rule": self.variant or "whole", "python": f"{sys.version_info.major}.{sys.version_info.minor}"}

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0 for each row."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape in an answer is no matter of ours
            return truths(self.name, [_is_python(_code(text, self.variant)) for text in frame["prediction"]])


def _is_python(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a null character; nested too deep
        return False
    return True


class SqlParses(Metric):
    """1 where the answer (``:extracted``: or its first fenced block) is SQL statements that sqlglot parses, else 0.

    A statement queries, changes or defines something: a bare name or expression is none. Nothing is run.
    """

    use: Literal["sql_parses"] = "sql_parses"
    variants: ClassVar[tuple[str, ...]] = ("", "extracted")
    dialect: str = Field("", description="A dialect of sqlglot (sqlite, postgres, ...); its own, wide one if absent.")
    needs: ClassVar[tuple[Need, ...]] = ("text",)
    shares: ClassVar[bool] = True

    @field_validator("dialect")
    @classmethod
    def _known(cls, value: str) -> str:
        from sqlglot.dialects.dialect import Dialect  # noqa: PLC0415 - costs 0.2 s that other metrics need not pay

        Dialect.get_or_raise(value)
        return value

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the rule, the dialect and the library."""
        return {
            "rule": self.variant or "whole",
            "dialect": self.dialect or "any",
            "lib": f"sqlglot-{installed('sqlglot')}",
        }

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0 for each row."""
        collecting = gc.isenabled()
        gc.enable()  # its syntax trees are cycles, and the command line switches their collection off
        try:
            return truths(self.name, [_is_sql(_code(text, self.variant), self.dialect) for text in frame["prediction"]])
        finally:
            if not collecting:
                gc.disable()


def _is_sql(code: str, dialect: str) -> bool:
    import sqlglot  # noqa: PLC0415
    from sqlglot import expressions as exp  # noqa: PLC0415

    statement = (exp.Query, exp.DML, exp.DDL, exp.Drop, exp.Alter, exp.Transaction, exp.Commit, exp.Rollback)
    try:
        parsed = [one for one in sqlglot.parse(code, read=dialect) if one is not None]
    except (sqlglot.errors.SqlglotError, RecursionError):
        return False
    return bool(parsed) and all(isinstance(one, statement) for one in parsed)
