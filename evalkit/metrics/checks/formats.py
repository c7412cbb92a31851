"""Checks of the form of an answer: lists, titles, sections, JSON, what it begins and ends with."""

from __future__ import annotations

import json
import re

from evalkit.metrics.checks.check import Check, Told, number_of, pattern, text_of

_BULLET = re.compile(r"^[^\S\n]*(?:\*[^*].*|-.*)$", re.MULTILINE)
_STARRED = re.compile(r"\*([^\n*]*)\*")
_DOUBLY = re.compile(r"\*\*([^\n*]*)\*\*")
_PLACEHOLDER = re.compile(r"\[[^\]\n]*(\]?)")  # one that its line never closes is read once, and not counted
_FENCE = re.compile(r"\A```(?:json|Json|JSON)?|```\Z")
_ANSWERS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
_POSTSCRIPTS = {"P.S.": r"p\.\s?s\.", "P.P.S": r"p\.\s?p\.\s?s"}


def bullet_lists(answer: str, told: Told) -> bool:
    """Say whether exactly so many lines begin with one ``*`` or with ``-``."""
    return len(_BULLET.findall(answer)) == number_of(told, "num_bullets")


def highlighted_sections(answer: str, told: Told) -> bool:
    """Say whether at least so many parts stand between stars; one between double stars counts as both kinds find it."""
    found = [*_STARRED.findall(answer), *_DOUBLY.findall(answer)]
    return sum(bool(part.strip()) for part in found) >= number_of(told, "num_highlights")


def multiple_sections(answer: str, told: Told) -> bool:
    """Say whether a word with a number (``SECTION 2``) begins at least so many sections."""
    head = pattern(rf"{text_of(told, 'section_spliter')}\s?\d+", re.NOFLAG)
    return sum(1 for _ in head.finditer(answer)) >= number_of(told, "num_sections")


def title(answer: str, _: Told) -> bool:
    """Say whether a title that is not empty stands in double angular brackets."""
    return any(map(_titled, answer.split("\n")))


def placeholders(answer: str, told: Told) -> bool:
    """Say whether at least so many places in square brackets are to be filled in."""
    return sum(map(bool, _PLACEHOLDER.findall(answer))) >= number_of(told, "num_placeholders")


def postscript(answer: str, told: Told) -> bool:
    """Say whether there is a postscript with a marker, in any letter case."""
    marker = text_of(told, "postscript_marker")
    return pattern(_POSTSCRIPTS.get(marker, marker.lower()), re.NOFLAG).search(answer.lower()) is not None


def constrained_response(answer: str, _: Told) -> bool:
    """Say whether one of the three allowed sentences stands in the answer."""
    return any(one in answer for one in _ANSWERS)


def json_format(answer: str, _: Told) -> bool:
    """Say whether the whole answer, maybe in a fence, is JSON."""
    try:
        json.loads(_FENCE.sub("", answer.strip()).strip())
    except (ValueError, RecursionError):
        return False
    return True


def two_responses(answer: str, _: Told) -> bool:
    """Say whether ``******`` parts two answers that differ; an empty one inside is a failure."""
    parts = [part.strip() for part in answer.split("*" * 6)]
    found = [part for part in parts if part]
    return all(parts[1:-1]) and len(found) == 2 and found[0] != found[1]


def repeat_prompt(answer: str, told: Told) -> bool:
    """Say whether the answer begins with the request itself, in any letter case."""
    return answer.strip().lower().startswith(text_of(told, "prompt_to_repeat").strip().lower())


def quotation(answer: str, _: Told) -> bool:
    """Say whether the whole answer stands in double quotation marks."""
    bare = answer.strip()
    return len(bare) > 1 and bare[0] == '"' == bare[-1]


def end_checker(answer: str, told: Told) -> bool:
    """Say whether the answer ends with a phrase, in any letter case; quotation marks around it are left out."""
    return answer.strip().strip('"').lower().endswith(text_of(told, "end_phrase").strip().lower())


def _titled(line: str) -> bool:
    """Say whether something stands between the first ``<<`` of a line and its last ``>>``."""
    opening, closing = line.find("<<"), line.rfind(">>")
    return opening >= 0 and bool(line[opening + 2 : max(closing, opening + 2)].lstrip("<").rstrip(">").strip())


FORMATS: dict[str, Check] = {
    "detectable_format:number_bullet_lists": bullet_lists,
    "detectable_format:number_highlighted_sections": highlighted_sections,
    "detectable_format:multiple_sections": multiple_sections,
    "detectable_format:title": title,
    "detectable_format:json_format": json_format,
    "detectable_format:constrained_response": constrained_response,
    "detectable_content:number_placeholders": placeholders,
    "detectable_content:postscript": postscript,
    "combination:two_responses": two_responses,
    "combination:repeat_prompt": repeat_prompt,
    "startend:quotation": quotation,
    "startend:end_checker": end_checker,
}
