"""French sentences of plain words, none twice from one seed, some with a look on some words."""

from __future__ import annotations

import random
from itertools import product

_WHO = [
    "Le chat noir",
    "Le vieux chien",
    "La voisine",
    "Mon frère",
    "Le boulanger",
    "La fille du maire",
    "Notre équipe",
    "Le pêcheur",
    "Un cheval blanc",
    "Le directeur",
    "La petite école",
    "Le médecin",
    "Une étudiante",
    "Le train bleu",
    "L’ouvrier",
    "Sa tante",
    "Le jardinier",
    "Cette ville",
    "Un oiseau",
    "Le facteur",
]
_DOES = [
    "mange",
    "regarde",
    "garde",
    "cherche",
    "quitte",
    "trouve",
    "montre",
    "oublie",
    "prépare",
    "dessine",
    "protège",
    "perd",
    "attend",
    "aime",
    "vend",
]
_WHAT = [
    "une pomme verte",
    "la porte rouge",
    "des livres anciens",
    "le pain frais",
    "un jardin fermé",
    "ses clés neuves",
    "l’eau froide",
    "trois lettres",
    "la maison ancienne",
    "un fromage sec",
    "deux photos",
    "le marché couvert",
    "une histoire drôle",
    "son manteau gris",
    "le pont étroit",
]
_WHEN = [
    "",
    "ce matin",
    "dans la cour",
    "près du port",
    "avant midi",
    "sous la pluie",
    "depuis lundi",
    "sans bruit",
    "avec plaisir",
    "pour la fête",
    "chaque semaine",
]
_ALL = list(product(_WHO, _DOES, _WHAT, _WHEN))


class Prose:
    """Sentences without end, the same for the same seed.

    Args:
        seed: of the order.
    """

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)
        self._seen: set[str] = set()

    def parts(self) -> list[str]:
        """Give the next sentence, without its stop, as who, does, what, when."""
        while True:
            parts = [part for part in self.random.choice(_ALL) if part]
            if (whole := " ".join(parts)) not in self._seen:
                self._seen.add(whole)
                return parts

    def sentence(self) -> str:
        """Give the next sentence."""
        return " ".join(self.parts()) + "."

    def sentences(self, count: int) -> str:
        """Give the next sentences as one paragraph."""
        return " ".join(self.sentence() for _ in range(count))

    def title(self) -> str:
        """Give the next sentence without a stop."""
        return " ".join(self.parts())

    def styled(self, *looks: str) -> str:
        """Give the next sentence with each of the looks on words of its own.

        ``n`` and ``img`` stand after words.
        """
        parts = self.parts()
        for look, place in zip(looks, self.random.sample((0, 1, 2), len(looks)), strict=True):
            part = parts[place]
            if look in ("n", "img"):
                parts[place] = f"{part}<{look}/>"
            else:
                first, space, last = part.rpartition(" ")
                if place == 2 and space and self.random.random() < 0.5:
                    parts[place] = f"{first} <{look}>{last}</{look}>"
                else:
                    parts[place] = f"<{look}>{part}</{look}>"
        return " ".join(parts) + "."
