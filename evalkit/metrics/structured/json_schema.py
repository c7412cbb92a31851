"""Does the answer keep a JSON Schema: one for all rows, or each row's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

import jsonschema_rs
import orjson
import polars as pl
from pydantic import Field, PrivateAttr

from curate.core.read.fault import pointer
from curate.core.run.errors import ConfigError
from evalkit.metrics.metric import Metric, fingerprint, truths
from evalkit.metrics.structured.json_text import NOTHING, extracted, whole
from evalkit.unscored import Need

Draft = Literal["auto", "4", "6", "7", "2019-09", "2020-12"]
_DRAFTS: dict[str, Callable[..., Any]] = {
    "auto": jsonschema_rs.validator_for,
    "4": jsonschema_rs.Draft4Validator,
    "6": jsonschema_rs.Draft6Validator,
    "7": jsonschema_rs.Draft7Validator,
    "2019-09": jsonschema_rs.Draft201909Validator,
    "2020-12": jsonschema_rs.Draft202012Validator,
}
_ERRORS_SHOWN = 50


class JsonSchema(Metric):
    """1 where the whole answer is JSON (``:extracted``: or holds a value) that keeps the schema, else 0.

    The draft is the one that ``$schema`` names, else 2020-12. A schema never fetches anything: one that refers to a
    document elsewhere can be used only where that document lies in ``registry``.
    """

    use: Literal["json_schema"] = "json_schema"
    variants: ClassVar[tuple[str, ...]] = ("", "extracted")
    path: Path | None = Field(None, description="File of the schema; the field `schema` of each row if absent.")
    draft: Draft = Field("auto", description="The draft, where $schema should not be asked.")
    formats: bool = Field(default=False, description="Check `format` too, which is a remark by default.")
    registry: Path | None = Field(None, description="Folder of schemas that a schema may refer to, by their `$id`.")
    registry_uri: str = Field("", description="URI of that folder, for files that are named by their place in it.")
    needs: ClassVar[tuple[Need, ...]] = ("text",)
    otherwise: ClassVar[str] = "bad_schema"
    shares: ClassVar[bool] = True
    _schema: str | None = PrivateAttr(None)
    _known_by: str = PrivateAttr("")  # the hash of the schema, or of those of all rows
    _registry: Any = PrivateAttr(None)
    _registry_by: str = PrivateAttr("")

    def prepared(self, frame: pl.DataFrame) -> Self:
        """Return the metric with its schema read.

        Raises:
            ConfigError: the file cannot be read, or is no schema that can be used.
        """
        known = self.model_copy()
        if self.registry is not None:
            resources = read_registry(self.registry, self.registry_uri)
            known._registry = _registry(resources)
            known._registry_by = fingerprint(f"{uri} {orjson.dumps(document).decode()}" for uri, document in resources)
        if self.path is None:
            rows = frame.select("id", "schema").drop_nulls()
            known._known_by = f"rows-{fingerprint(rows['id'] + ' ' + rows['schema'])}"
            return known
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.path} cannot be read: {error}", hint="name a JSON Schema") from error
        checker = compiled_schema(text, self.draft, self.formats, known._registry)
        if isinstance(checker, str):
            raise ConfigError(f"{self.path} is no JSON Schema that can be used: {checker}", hint="mend the schema")
        known._schema = text
        known._known_by = fingerprint([text])
        return known

    @property
    def choices(self) -> Mapping[str, object]:
        """Return the rule, the schema, the draft, whether formats count, and the library."""
        return {
            "rule": "whole-fence-value" if self.variant else "whole",
            "schema": self._known_by,
            "draft": self.draft,
            "formats": "yes" if self.formats else "no",
            **({"registry": self._registry_by} if self._registry_by else {}),
            "lib": f"jsonschema-rs-{installed('jsonschema-rs')}",
        }

    def statistics(self, frame: pl.DataFrame) -> pl.Series:
        """Return 1 or 0; null where the row has no schema that can be used."""
        return truths(
            self.name,
            [
                None if checker is None else value is not NOTHING and checker.is_valid(value)
                for checker, value in self._read(frame)
            ],
        )

    def _read(self, frame: pl.DataFrame) -> Iterator[tuple[Any, Any]]:
        """Yield the checker of each row (None where its schema cannot be used) and the answer's value."""
        read = extracted if self.variant else whole
        schemas = [self._schema] * len(frame) if self._schema is not None else frame["schema"].to_list()
        checkers = {schema: self._checker(schema) for schema in set(schemas)}
        for text, schema in zip(frame["prediction"].to_list(), schemas, strict=True):
            yield checkers[schema], read(text)

    def _checker(self, schema: str | None) -> Any:
        """Return what checks values against a schema; None where it cannot be used."""
        checker = None if schema is None else compiled_schema(schema, self.draft, self.formats, self._registry)
        return None if isinstance(checker, str) else checker

    def details(self, frame: pl.DataFrame, statistics: pl.Series) -> dict[str, Any] | None:
        """Return how often each keyword failed, by the JSON pointer of the value; every index of an array is ``*``."""
        errors: Counter[tuple[str, str]] = Counter()
        rows: Counter[tuple[str, str]] = Counter()
        for checker, value in self._read(frame.filter(statistics == 0)):
            found = [("", "json")] if value is NOTHING else [_place(error) for error in checker.iter_errors(value)]
            errors.update(found)
            rows.update(set(found))
        ranked = sorted(errors, key=lambda place: (-rows[place], place))
        return {
            "errors": [
                {"pointer": place, "keyword": keyword, "n": errors[place, keyword], "rows": rows[place, keyword]}
                for place, keyword in ranked[:_ERRORS_SHOWN]
            ],
            "error_kinds": len(ranked),
        }


def _place(error: Any) -> tuple[str, str]:
    path = ("*" if isinstance(part, int) else part for part in error.instance_path)
    keyword = next((str(part) for part in reversed(error.schema_path) if isinstance(part, str)), "false")
    return pointer(*path), keyword


@lru_cache(maxsize=4096)
def compiled_schema(schema: str, draft: Draft, formats: bool | None, registry: Any) -> Any:
    """Return what checks values and never fetches anything, or why the schema cannot be used.

    ``formats`` None leaves it to the draft whether a format is looked at: up to draft 7 it is.
    """
    try:
        more = {} if registry is None else {"registry": registry}
        return _DRAFTS[draft](orjson.loads(schema), validate_formats=formats, retriever=_refuse, **more)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        return str(error).split("\n", 1)[0][:200]


def read_registry(folder: Path, uri: str) -> list[tuple[str, Any]]:
    """Return (URI, document) of each ``*.json`` under a folder: its ``$id``, and its place under the folder's URI.

    Raises:
        ConfigError: there is no document, one is no JSON, or one has no name.
    """
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.json")):
        try:
            document = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ConfigError(f"{path} is no JSON: {error}", hint="a registry holds JSON Schemas alone") from error
        told = document.get("$id", document.get("id")) if isinstance(document, dict) else None
        place = f"{uri.rstrip('/')}/{path.relative_to(folder).as_posix()}" if uri else None
        names = [one for one in (place, told if isinstance(told, str) and urlsplit(told).scheme else None) if one]
        if not names:
            raise ConfigError(
                f"{path} has no $id that is a whole URI", hint="name the folder's: --set json_schema.registry_uri=URI"
            )
        found |= dict.fromkeys(names, document)
    if not found:
        raise ConfigError(f"{folder} holds no *.json", hint="a folder of JSON Schemas")
    return list(found.items())


def _registry(resources: list[tuple[str, Any]]) -> Any:
    try:
        return jsonschema_rs.Registry(resources, retriever=_refuse)
    except (jsonschema_rs.ReferencingError, ValueError, TypeError) as error:
        told = str(error).split("\n", 1)[0][:200]
        raise ConfigError(
            f"the registry cannot be used: {told}", hint="every document it refers to must lie in it"
        ) from error


def _refuse(uri: str) -> Any:
    raise ValueError(f"the schema refers to {uri}, which is not fetched")
