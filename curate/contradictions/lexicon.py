"""Words that turn a meaning, and words that carry none: the whole vocabulary of the measure."""

from __future__ import annotations

from fractions import Fraction

NEGATIONS = frozenset(
    "not no never none nobody nothing nowhere neither cannot without non unable nicht kein keine keinen keiner keinem "
    "nie niemals ohne pas jamais aucun aucune sans nunca ningún ninguna sin não nem sem "
    "不 没 沒 無 无 未".split()
)
NEGATIVE_ENDING = ("n't", "n’t")
UNPOINTED = frozenset(
    "isnt arent wasnt werent dont doesnt didnt cant couldnt wont wouldnt shouldnt hasnt havent".split()
)

YES = frozenset("yes yeah yep correct true right certainly absolutely ja oui sí si sim richtig wahr vrai".split())
NO = frozenset("no nope incorrect false wrong nein non não falsch faux".split())

_PAIRS = """
always never|all none|everyone nobody|everything nothing|every no
before after|above below|over under|more less|most least
more fewer|increase decrease|rise fall|raise lower|grow shrink|maximum minimum|max min|up down|left right|high low
higher lower|larger smaller|bigger smaller|large small|big small
long short|longer shorter|open close|open closed|on off
allow forbid|allowed forbidden|allowed prohibited|allow prohibit|permit prohibit|permitted prohibited|accept reject
accept refuse|approve deny|approve reject|enable disable|include exclude|with without|start stop|start end|begin end
first last|early late|earlier later|hot cold|warm cold
safe dangerous|safe unsafe|true false|correct incorrect|right wrong
good bad|better worse|best worst|easy hard|easy difficult
fast slow|faster slower|cheap expensive|free paid|public private
required optional|mandatory optional|must may|inside outside
internal external|import export|buy sell|win lose|won lost
push pull|positive negative|success failure|succeed fail|pass fail|passed failed|present absent|same different|old new
older younger|male female|north south|east west|add remove
install uninstall|lock unlock|strong weak|light heavy|wet dry
empty full|alive dead|guilty innocent|solid liquid|upper lower|front back|top bottom|credit debit|odd even|profit loss
inner outer|ascending descending|temporary permanent|voluntary mandatory|renewable exhaustible|vertebrate invertebrate
spam ham|agree disagree|advantage disadvantage|like dislike|legal illegal|possible impossible|visible invisible
"""
OPPOSITES = frozenset(frozenset(pair.split()) for line in _PAIRS.strip().splitlines() for pair in line.split("|"))
PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "mis")  # happy / unhappy
SUFFIXES = (("less", "ful"),)  # harmless / harmful

CLASSES = {
    word: name
    for name, words in {
        "weekday": "monday tuesday wednesday thursday friday saturday sunday",
        "month": "january february march april june july august september october november december",
        "season": "spring summer autumn winter",
        "colour": "red green blue yellow black white grey gray orange purple brown pink",
        "direction": "north south east west left right",
        "day part": "morning afternoon evening night noon midnight",
        "state": "solid liquid gas plasma",
        "feeling": "positive negative neutral happy sad angry",
        "size": "small medium large",
        "kin": "mother father sister brother son daughter",
    }.items()
    for word in words.split()
}

COUNTING = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {word: 10 * value for value, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), start=3)}
MULTIPLIERS = {"dozen": 12, "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9}
NUMBERS: dict[str, int | Fraction] = {**COUNTING, "half": Fraction(1, 2), "twice": 2, "fortnight": 14}
ORDINALS = {
    word: value
    for value, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1)
}

# A unit's dimension, and how many of the dimension's smallest it is: two weeks are 14 days.
UNITS: dict[str, tuple[str, int]] = {}
for _dimension, _units in {
    "time": "second 1 sec 1 minute 60 min 60 hour 3600 hr 3600 day 86400 week 604800 fortnight 604800",
    "months": "month 1 quarter 3 year 12 yr 12 decade 120 century 1200",
    "length": "mm 1 millimeter 1 cm 10 centimeter 10 m 1000 meter 1000 metre 1000 km 1000000 kilometer 1000000 "
    "kilometre 1000000",
    "weight": "mg 1 g 1000 gram 1000 kg 1000000 kilogram 1000000 kilo 1000000 ton 1000000000",
    "share": "% 1 percent 1",
    "money": "$ 1 dollar 1 usd 1",
    "euro": "€ 1 euro 1 eur 1",
    "pound": "£ 1 pound 1 gbp 1",
    "degrees": "° 1 degree 1",
    "data": "byte 1 kb 1000 mb 1000000 gb 1000000000 tb 1000000000000",
}.items():
    _words = _units.split()
    UNITS |= {word: (_dimension, int(size)) for word, size in zip(_words[::2], _words[1::2], strict=True)}

LIGHT = frozenset(
    """a an the this that these those it its it's he she they them their his her we us our you your i me my mine one is
    are was were be been being am isn't aren't wasn't weren't isnt arent do does did doing don't doesn't didn't
    dont have has had having haven't hasn't will would shall should can could may might won't wouldn't shouldn't
    can't couldn't cannot must of to in on at by for from with as into about and or but so if then than there
    here also just very quite really please kindly thanks thank hello hi dear such which who whom what when
    where how why while because since to's let's i'm i'll i'd i've you're you'll you've we're we'll they're
    that's there's what's he's she's only both each per via any some much many not no never none unable without
    non indeed actually basically overall therefore however answer called known named everyone everybody anyone
    anybody someone somebody der die das ein eine und oder ist sind war zu von mit für im den dem le la les un
    une des et ou est sont de du au el los las una y o es son del al por para con""".split()
)  # fmt: skip
AUXILIARY = frozenset("is are was were has have had will would can could does did won wrote".split())

OPEN_VERBS = frozenset(
    """write compose create generate invent imagine design draft brainstorm suggest recommend propose tell come think
    make give provide name list describe share pick choose produce develop craft construct build form plan outline
    devise say offer formulate find identify synthesize state""".split()
)
REWORDING = frozenset(
    """rewrite rephrase paraphrase reword summarize summarise simplify translate edit improve shorten expand restate
    transform reformulate condense elaborate complete continue finish explain discuss compare
    redact revise adapt modify""".split()
)
INDEFINITE = frozenset(
    "a an some any another few several two three four five ten one possible example examples".split()
)
OPEN_QUESTIONS = frozenset(
    "best good better some example examples favorite favourite think opinion idea ideas way ways".split()
)
