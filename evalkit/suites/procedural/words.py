"""Words and names that items are made of: short, common, and each of one meaning."""

from __future__ import annotations

from random import Random

NOUNS = tuple(
    """apple anchor arrow basket beach bell bench bird blanket boat bottle bridge brush bucket butter button cabin
    camera candle canyon carpet castle chair cherry circle cloud coat coffee comet copper corner cotton cradle
    crown curtain desert diamond dinner dolphin donkey door dragon drum eagle engine falcon feather fence ferry
    field finger flower forest fountain garden garlic ghost giraffe glove goose grape guitar hammer harbor hat
    helmet honey horse island jacket jungle kettle kitchen ladder lamp lantern lemon letter lion lizard magnet
    maple marble market meadow mirror monkey mountain mushroom needle nickel notebook ocean olive onion orange
    orchard oven owl paddle palace paper parrot pencil pepper piano pillow pine planet plum pocket pond potato
    prairie pumpkin puzzle rabbit raft rainbow ribbon river robot rocket saddle salmon sandal scarf school
    shadow shovel signal silver spider spoon square squirrel stable star stone stream sugar summer table teapot
    temple thread ticket tiger tower tractor train tulip tunnel turtle valley velvet village violin wagon wallet
    walnut water whale wheel window winter wolf wood yarn zebra""".split()
)
NAMES = tuple(
    """Ada Amir Anna Bela Boris Carla Chen Clara Dana Darko Elena Emil Farah Felix Gita Hana Hugo Ines Ivan Jana Jonas
    Kaito Karim Lena Leo Lina Mara Marek Mei Milan Nadia Niko Nora Omar Otto Petra Priya Rafa Rita Rosa Samir
    Sara Silvia Tariq Tomas Ursula Vera Viktor Wanda Yara Yusuf Zora""".split()
)
CITIES = tuple(
    """Arden Belport Calder Dunmore Eastvale Farrow Glenby Harwick Iverton Jarrow Kelby Lorne Marlow Norby Oakham
    Penwith Quenby Rosley Selby Tarn Ulby Varley Wexley Yarrow""".split()
)
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "purple", "brown", "grey", "pink")


def nouns(draw: Random, count: int) -> list[str]:
    """Return so many different nouns."""
    return draw.sample(NOUNS, count)


def names(draw: Random, count: int) -> list[str]:
    """Return so many different names of people."""
    return draw.sample(NAMES, count)


def code(draw: Random, length: int = 6) -> str:
    """Return a code of capital letters and digits that no one has seen before, nor takes for a word."""
    return "".join(draw.choice("BCDFGHJKLMNPQRSTVWXZ23456789") for _ in range(length))
