"""Verifiable instructions: length, format, keywords, case and language of an answer, one to three at a time."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from evalkit.suites.procedural.words import nouns
from evalkit.suites.suite import Made, Suite


class Rule(NamedTuple):
    """An instruction: how it is asked, its check, and what it does to an answer so that the check holds."""

    asked: str
    check: dict[str, Any]
    apply: Callable[[str], str]


_FILLER = "This is one more plain line that says what the story has said before and goes on from there."
_OTHER = {
    "de": ("German", "Der Hund schläft heute lange im Garten, weil die Sonne scheint und niemand zu Hause ist."),
    "fr": ("French", "Le chien dort longtemps dans le jardin parce que le soleil brille et que personne n'est là."),
    "es": ("Spanish", "El perro duerme mucho tiempo en el jardín porque hace sol y no hay nadie en la casa."),
    "it": ("Italian", "Il cane dorme a lungo nel giardino perché splende il sole e non c'è nessuno in casa."),
    "pt": ("Portuguese", "O cachorro dorme muito tempo no jardim porque faz sol e não há ninguém em casa hoje."),
}


def _length(draw: Random) -> Rule:
    least = draw.randint(20, 120)
    lines = least // 10
    check = {"is": "length_constraints:number_words", "relation": "at least", "num_words": least}
    return Rule(f"Use at least {least} words.", check, lambda text: f"{text} {' '.join([_FILLER] * lines)}")


def _sentences(draw: Random) -> Rule:
    most = draw.randint(4, 12)
    check = {"is": "length_constraints:number_sentences", "relation": "less than", "num_sentences": most}
    return Rule(f"Use fewer than {most} sentences.", check, lambda text: text)


def _keywords(draw: Random) -> Rule:
    words = nouns(draw, 2)
    check = {"is": "keywords:existence", "keywords": words}
    return Rule(f'Use the words "{words[0]}" and "{words[1]}".', check, lambda text: f"{text} {' '.join(words)}")


def _forbidden(draw: Random) -> Rule:
    words = nouns(draw, 2)
    check = {"is": "keywords:forbidden_words", "forbidden_words": words}
    return Rule(f'Do not use the words "{words[0]}" and "{words[1]}".', check, lambda text: text)


def _no_comma(_: Random) -> Rule:
    return Rule("Use no comma.", {"is": "punctuation:no_comma"}, lambda text: text.replace(",", ""))


def _lowercase(_: Random) -> Rule:
    return Rule("Write in English, all in lower case.", {"is": "change_case:english_lowercase"}, str.lower)


def _capital(_: Random) -> Rule:
    return Rule("Write in English, all in capital letters.", {"is": "change_case:english_capital"}, str.upper)


def _bullets(draw: Random) -> Rule:
    count = draw.randint(2, 7)
    check = {"is": "detectable_format:number_bullet_lists", "num_bullets": count}
    return Rule(
        f"Answer with exactly {count} bullet points, each on a line that begins with `* `.",
        check,
        lambda text: "\n".join([f"* {text}", *["* More of it"] * (count - 1)]),
    )


def _title(_: Random) -> Rule:
    asked = "Begin with a title in double angular brackets, such as <<my title>>."
    return Rule(asked, {"is": "detectable_format:title"}, lambda text: f"<<the title>>\n{text}")


def _ending(draw: Random) -> Rule:
    phrase = f"this was note number {draw.randint(100, 9_999)}"
    check = {"is": "startend:end_checker", "end_phrase": phrase}
    return Rule(f'End with these very words: "{phrase}"', check, lambda text: _ended(text, phrase))


def _ended(text: str, phrase: str) -> str:
    return f'{text[:-1]}\n{phrase}"' if text.endswith('"') else f"{text}\n{phrase}"


def _quoted(_: Random) -> Rule:
    asked = "Put the whole answer in double quotation marks."
    return Rule(asked, {"is": "startend:quotation"}, lambda text: f'"{text}"')


# one of each row at most, applied in this order: what comes later never breaks what came before
_PARTS: tuple[tuple[Callable[[Random], Rule], ...], ...] = (
    (_sentences, _length),
    (_keywords, _forbidden),
    (_bullets, _title, _quoted),
    (_no_comma,),
    (_ending,),
    (_lowercase, _capital),
)
_FORMS = (
    "a short note",
    "a little story",
    "an advertisement",
    "a diary entry",
    "a message to a friend",
    "a description",
)


def _make(draw: Random) -> Made:
    topics = nouns(draw, 3)
    asked = f"Write {draw.choice(_FORMS)} about these things: {topics[0]}, {topics[1]} and {topics[2]}."
    if draw.random() < 0.15:
        return _in_language(draw, asked)
    count = draw.randint(1, 3)
    rules = [draw.choice(_PARTS[at])(draw) for at in sorted(draw.sample(range(len(_PARTS)), count))]
    answer = "This is a text about some things."
    for rule in rules:
        answer = rule.apply(answer)
    prompt = " ".join([asked, *(rule.asked for rule in rules)])
    return Made(f"{count}_instructions", prompt, answer, tuple(rule.check for rule in rules))


def _in_language(draw: Random, asked: str) -> Made:
    code = draw.choice(sorted(_OTHER))
    name, answer = _OTHER[code]
    prompt = f"{asked} Answer in {name}, and in no other language. Use at least 10 words."
    checks = (
        {"is": "language:response_language", "language": code},
        {"is": "length_constraints:number_words", "relation": "at least", "num_words": 10},
    )
    return Made("language", prompt, answer, checks)


INSTRUCTIONS = Suite(
    "instructions",
    "procedural",
    "following instructions that code can verify: length, format, keywords, case, language",
    "ours",
    None,
    metrics=("check", "check_parts"),
    make=_make,
)
