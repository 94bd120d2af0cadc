"""Which regions go into the seed's data set, and into which part of it.

The seed had 33 sources a class for training (times sixteen variants: 528 a class), 47 regions for validation and 48 for
testing, stratified. MIAS has 51 malignant lesions with a place, so equal classes in all three parts are impossible
(33 + 16 + 16 are 65); validation and test hold the classes in MIAS's own proportion (207 normal films, 68 benign and 51
malignant places), which leaves 36 malignant lesions to choose 33 from.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mammo_core.errors import DatasetError
from mammo_core.mias.augment import seeded_fraction
from mammo_core.mias.index import FILM_IDS, annotations_by_film, film_class, woman_of
from mammo_core.mias.splits import check_women_apart
from mammo_core.types import LABELS, Circle

Protocol = Literal["woman", "seed"]
PROTOCOLS: tuple[Protocol, ...] = ("woman", "seed")
QUOTAS: Mapping[str, tuple[int, int, int]] = {"train": (33, 33, 33), "validation": (30, 10, 7), "test": (30, 10, 8)}
"""{part: sources of each class, in the order of `LABELS`}."""
PLACED_IN_AIR = frozenset({"mdb212"})
"""Films whose one lesion is placed so that its square holds no breast at all: a black picture with a label."""


@dataclass(frozen=True, order=True)
class Source:
    """One region before it is varied.

    Attributes:
        label: Index of `LABELS`.
        film_id: `mdb001` to `mdb322`.
        number: 0 for a normal film; for a lesion its row among the film's, from 1.
        circle: The annotated place; None for a normal film, whose region is central.
    """

    label: int
    film_id: str
    number: int
    circle: Circle | None = None

    @property
    def woman_id(self) -> int:
        """The woman, 1 to 161."""
        return woman_of(self.film_id)

    @property
    def region_id(self) -> str:
        """`mdb005-2`: names the region, whatever set it is in."""
        return f"{self.film_id}-{self.number}"


def find_sources(film_ids: Iterable[str] = FILM_IDS) -> tuple[Source, ...]:
    """Return every region that the given films offer: each lesion with a place, and each normal film once.

    A normal film's region is central; a film with a lesion gives none, since its middle may hold it.
    """
    sources = []
    for film_id in sorted(set(film_ids) - PLACED_IN_AIR):
        if film_class(film_id) == "normal":
            sources.append(Source(0, film_id, 0))
        for number, row in enumerate(annotations_by_film()[film_id], start=1):
            if row.circle:
                sources.append(Source(LABELS.index(row.severity), film_id, number, row.circle))
    return tuple(sources)


def deal_sources(sources: Collection[Source], seed: int, protocol: Protocol = "woman") -> dict[str, tuple[Source, ...]]:
    """Choose the sources of every part, as many as `QUOTAS` says.

    Women (or films, as the seed did it) are shuffled by the seed. Test and validation take whole units, the scarcest
    class first, until they have enough; the rest is for training. What a part has beyond its quota stays unused.

    Args:
        sources: Regions to choose from.
        seed: Of the shuffle.
        protocol: `woman` keeps a woman's films in one part; `seed` deals films at random, and women leak.

    Returns:
        {part: its sources, sorted}, parts in the order of `QUOTAS`.

    Raises:
        DatasetError: There are too few sources of a class (films are missing).
        ValueError: No such protocol.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol must be one of {', '.join(PROTOCOLS)}, not {protocol!r}")
    units = defaultdict(list)
    for source in sorted(sources):
        units[source.woman_id if protocol == "woman" else source.film_id].append(source)
    shuffled = sorted(units, key=lambda unit: seeded_fraction(seed, protocol, unit))
    stacks = [[units[unit] for unit in shuffled if _worst(units[unit]) == label] for label in range(len(LABELS))]
    dealt: dict[str, list[Source]] = {part: [] for part in QUOTAS}
    for label in reversed(range(len(LABELS))):
        for part in ("test", "validation"):
            while stacks[label] and _count(dealt[part], label) < QUOTAS[part][label]:
                dealt[part] += stacks[label].pop()
        dealt["train"] += [source for unit in stacks[label] for source in unit]
    chosen = {part: _choose(part, dealt[part], seed) for part in QUOTAS}
    if protocol == "woman":
        check_women_apart({part: [source.film_id for source in chosen[part]] for part in chosen})
    return chosen


def leaking_women(chosen: Mapping[str, Iterable[Source]]) -> tuple[int, ...]:
    """Return the women who are in more than one part, in order."""
    parts = Counter(woman for part in chosen.values() for woman in {source.woman_id for source in part})
    return tuple(sorted(woman for woman, n_parts in parts.items() if n_parts > 1))


def _worst(unit: Iterable[Source]) -> int:
    return max(source.label for source in unit)


def _count(sources: Iterable[Source], label: int) -> int:
    return sum(source.label == label for source in sources)


def _choose(part: str, dealt: list[Source], seed: int) -> tuple[Source, ...]:
    """Return as many sources of each class as the part's quota says, chosen by the seed."""
    chosen = []
    for label, quota in enumerate(QUOTAS[part]):
        of_class = [source for source in dealt if source.label == label]
        if len(of_class) < quota:
            raise DatasetError(
                f"the {part} part needs {quota} {LABELS[label]} regions and the films at hand leave {len(of_class)}; "
                "import all 322 films of MIAS with python -m mammo_core import-mias SOURCE"
            )
        chosen += sorted(of_class, key=lambda source: seeded_fraction(seed, part, source.region_id))[:quota]
    return tuple(sorted(chosen))
