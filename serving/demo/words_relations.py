"""Pairs of words in one relation, for the picture: every pair is an arrow."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Relation:
    """Pairs in one relation.

    Attributes:
        name: what the page's script calls it.
        title: what the visitor reads.
        pairs: (from, to) of every arrow, in lower case.
    """

    name: str
    title: str
    pairs: tuple[tuple[str, str], ...]


TEXT = """
capitals: Countries and capitals
france paris, germany berlin, italy rome, spain madrid, portugal lisbon, greece athens,
poland warsaw, russia moscow, austria vienna, hungary budapest, sweden stockholm, norway oslo,
denmark copenhagen, finland helsinki, turkey ankara, egypt cairo, iran tehran, iraq baghdad,
japan tokyo, china beijing, canada ottawa, cuba havana, england london, ireland dublin

gender: Men and women
man woman, boy girl, king queen, prince princess, father mother, son daughter, brother sister,
husband wife, uncle aunt, nephew niece, grandfather grandmother, actor actress, duke duchess,
emperor empress, hero heroine, god goddess, he she, male female

superlatives: Superlatives
big biggest, small smallest, large largest, long longest, short shortest, high highest,
low lowest, strong strongest, fast fastest, old oldest, young youngest, great greatest,
good best, bad worst, rich richest, close closest, deep deepest, early earliest

comparatives: Comparatives
big bigger, small smaller, large larger, long longer, short shorter, high higher, low lower,
strong stronger, fast faster, slow slower, old older, young younger, great greater, good better,
bad worse, cold colder, quick quicker, easy easier

past: Past tense
go went, take took, give gave, see saw, write wrote, speak spoke, begin began, find found,
fight fought, win won, lose lost, build built, think thought, say said, become became,
play played, work worked, call called, move moved, live lived, die died

plurals: Plurals
city cities, country countries, river rivers, mountain mountains, child children, man men,
woman women, car cars, ship ships, book books, song songs, film films, animal animals, bird birds,
tree trees, house houses, church churches, school schools, king kings
"""


def _parse(block):
    head, _, pairs = block.partition("\n")
    name, title = head.split(": ")
    return Relation(name, title, tuple(tuple(pair.split()) for pair in pairs.split(",")))


RELATIONS = tuple(_parse(block) for block in TEXT.strip().split("\n\n"))
