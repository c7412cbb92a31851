"""Words that scale a number, in many languages, and the powers of ten that they may mean."""

from __future__ import annotations

SCALES = {  # powers of ten, with their words: in lower case, without a plural's s; a _ is a blank
    3: "thousand tausend tsd mille duizend tusen tusind tuhat tuhatta tysiąc tysiące tysięcy tys tisíc tisíce ezer ribu"
    " nghìn ngàn хиляди",
    5: "lakh",
    6: "million mln mio milj millionen millón millon millones milhão milhões milhao milhoes milione milioni"
    " miljoen miljon miljoner miljonen millioner milion miliony milionow milionów miliona milionu milionů"
    " milioane milió millió miljoona miljoonaa milyon juta triệu милион милиона милиони мільйон мільйона"
    " мільйонів мільйони thousand_thousand",
    7: "crore",
    9: "billion bn mld mrd milliard milliarde milliarden miljard miliardo miliardi miliard miliarda miliardy"
    " miliardów miliardow miliardu miliardů miljardi miljardia milliárd milyar miliar miljarder milliarder"
    " millardo bilhão bilhões bilhao bilhoes thousand_million mil_millones mil_milhões mil_milhoes tỷ милиард"
    " милиарда милиарди мільярд мільярда мільярдів мільярди",
    12: "trillion trilhão trilhões trilhao trilhoes trilyon triliun billón billones billionen biljoen",
}
_DOUBTFUL = {  # of words that may be something else: minutes, miles, doctors, lakes
    3: "mil mila bin tis",
    5: "lac lacs",
    6: "mn mi mil mill tr jt",
    7: "cr crs",
    9: "bi md mds bilion biliony bilionów",
    12: "bilion biliony bilionów",
}
_RUSSIAN = {  # stems with their endings
    3: ("тыс тысяч тисяч", "_ а и у і ей ам ами ах"),
    6: ("миллион млн", "_ а ов у ы е ом ам ами ах"),
    9: ("миллиард млрд", "_ а ов у ы е ом ам ами ах"),
    12: ("триллион трлн", "_ а ов у ы е ом ам ами ах"),
}
_JOINED = {  # of signs that need no blank before what is counted
    3: "千",
    4: "万 萬 만",
    5: "十万 十萬",
    6: "百万 百萬 백만 兆",
    7: "千万 千萬 천만",
    8: "亿 億 억",
    9: "十亿 十億 십억",
    10: "百亿 百億 백억",
    11: "千亿 千億 천억",
    12: "万亿 萬億 兆",
}
POWERS_OF: dict[str, set[int]] = {}
for _table in (SCALES, _DOUBTFUL, _JOINED):
    for _power_of_ten, _spellings in _table.items():
        for _spelling in _spellings.split():
            POWERS_OF.setdefault(_spelling.replace("_", " "), set()).add(_power_of_ten)
for _power_of_ten, (_stems, _endings) in _RUSSIAN.items():
    for _stem in _stems.split():
        for _ending in _endings.split():
            POWERS_OF[_stem + _ending.strip("_")] = {_power_of_ten}
UNSURE = frozenset(" ".join(_DOUBTFUL.values()).split()) | {"만", "兆"}
SIGNS = frozenset(" ".join(_JOINED.values()).split())


def any_of(words: frozenset[str] | set[str]) -> str:
    """Return the pattern of one of some words, the longest that fits."""
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(longest_first).replace(" ", "[ \u00a0]").replace("|千|", "|千(?![克米瓦卡字赫])|")


WORDS = f"(?i:(?:{any_of(POWERS_OF.keys() - SIGNS - UNSURE)})s?|{any_of(UNSURE - SIGNS)})"
ENGLISH = frozenset("thousand lakh million mn crore billion bn trillion".split())  # whose point is one of decimals
