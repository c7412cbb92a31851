"""In which language a text seems to be: by its script, and in Latin script by the small words that all texts have.

A count for an overview, never a reason: a short text, a list or code may be told wrongly, or not at all.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

CHARS = 160  # looked at, from the start of a text
TOGETHER = 10_000  # texts
NOT_TOLD = "not told"  # too short, or no language
LEAST = 2  # small words; and more of them than of any other language
SHARE = 0.3  # of the letters, from which a script other than Latin is the text's

_SCRIPTS = (
    ("Japanese", r"[\p{Hiragana}\p{Katakana}]", 0.05),  # before Chinese: Japanese is written with Han too
    ("Chinese", r"\p{Han}", SHARE),
    ("Korean", r"\p{Hangul}", SHARE),
    ("Cyrillic script", r"\p{Cyrillic}", SHARE),
    ("Arabic script", r"\p{Arabic}", SHARE),
    ("Devanagari script", r"\p{Devanagari}", SHARE),
    ("Greek", r"\p{Greek}", SHARE),
    ("Hebrew", r"\p{Hebrew}", SHARE),
    ("Thai", r"\p{Thai}", SHARE),
)
_WORDS = {
    "English": "the and of to is in that it for you are with this was be have not your can which from they will by on "
    "do as no me an or at we i my how what",
    "German": "der die das und ist nicht ein eine zu den mit sich auf für von dem ich sie wird sind auch im wie oder",
    "French": "le la les des et est un une que pour dans qui pas vous il au du sur avec ce sont plus nous cette être",
    "Spanish": "el la los las de que en un una es por con para no se del su como más pero está son al lo",
    "Portuguese": "os as de que em um uma é por com para não se do da no na como mais mas são ao você dos das",
    "Italian": "il lo la gli le di che un una è per con non si del della sono come più anche nel questo ma dei",
    "Dutch": "de het een en van is dat niet op te voor met zijn aan er ook naar bij om deze wordt ik je maar",
    "Swedish": "och att det som en på är av för med den till inte om ett har jag de vi kan eller från",
    "Polish": "na się nie to że jest do co jak dla po od oraz przez są ale czy który ich jego",
    "Czech": "se na že to do jako pro ale jsou je by který nebo jeho také podle při ve které",
    "Turkish": "ve bir bu da için ile çok ne olarak daha gibi var olan değil en ya her mi",
    "Indonesian": "yang dan di dengan untuk adalah ini itu dari tidak dalam akan pada atau saya anda",
    "Vietnamese": "là và của có không được một cho các trong người những với để này tôi",
}
_TABLE = pl.DataFrame(
    [(word, place) for place, words in enumerate(_WORDS.values()) for word in words.split()],
    schema={"word": pl.String, "place": pl.UInt32},
    orient="row",
)
_NAMES = pl.Series([*_WORDS], dtype=pl.String)


class Languages:
    """How many texts are in which language; many are looked at together, for a few cost as much as a thousand."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._waiting: list[pl.Series] = []

    def add(self, texts: pl.Series) -> None:
        """Count some more texts."""
        self._waiting.append(texts.str.slice(0, CHARS) + "")  # copied: a view would keep all texts of its block
        if sum(map(len, self._waiting)) >= TOGETHER:
            self._look()

    def merge(self, other: Languages) -> None:
        """Add the texts and the counts of another."""
        self._counts.update(other._counts)
        self._waiting += other._waiting
        if sum(map(len, self._waiting)) >= TOGETHER:
            self._look()

    def told(self) -> dict[str, int]:
        """Return the counts, the most first."""
        self._look()
        return dict(sorted(self._counts.items(), key=lambda told: (-told[1], told[0])))

    def _look(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._counts.update(dict(languages(pl.concat(waiting)).value_counts().iter_rows()))


def languages(texts: pl.Series) -> pl.Series:
    """Return the name of a language or script for each text, else ``not told``."""
    texts = texts.str.slice(0, CHARS).fill_null("")
    latin = pl.DataFrame({"at": pl.int_range(len(texts), eager=True), "text": texts})
    latin = latin.with_columns(script=_scripts(texts))
    words = latin.filter(pl.col("script").is_null()).select(
        "at", word=pl.col("text").str.to_lowercase().str.extract_all(r"\p{L}+")
    )
    hits = words.explode("word", empty_as_null=False).join(_TABLE, on="word").group_by("at", "place").len()
    ranked = hits.sort("at", "len", "place", descending=[False, True, False])
    most = ranked.group_by("at", maintain_order=True).agg(
        pl.col("place").first(), most=pl.col("len").first(), tied=pl.col("len").get(1, null_on_oob=True)
    )
    clear = most.filter((pl.col("most") >= LEAST) & (pl.col("tied").is_null() | (pl.col("tied") < pl.col("most"))))
    told = clear.select("at", language=pl.lit(_NAMES).gather("place"))
    joined = latin.join(told, on="at", how="left", maintain_order="left")
    return joined.select(pl.coalesce("script", "language", pl.lit(NOT_TOLD)).alias("language")).to_series()


def _scripts(texts: pl.Series) -> pl.Series:
    """Return the script of texts that are mostly in one other than Latin; null elsewhere."""
    wide = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    found = pl.Series([None] * len(texts), dtype=pl.String)
    if wide.is_empty():
        return found
    few = texts.gather(wide).to_frame("text")
    letters = pl.col("text").str.count_matches(r"\p{L}")
    told = pl.coalesce(
        pl.when(pl.col("text").str.count_matches(script) > letters * share).then(pl.lit(name))
        for name, script, share in _SCRIPTS
    )
    return found.scatter(wide, few.select(told).to_series())
