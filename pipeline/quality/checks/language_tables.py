"""Function words by language, negation words, name tables. Nothing here but words."""

from __future__ import annotations

__all__ = [
    "ENGLISH_NEGATION",
    "ENGLISH_NEGATIVE_AFFIXES",
    "ENGLISH_NEGATIVE_STEMS",
    "ENGLISH_WORDS",
    "FRENCH_AMBIGUOUS",
    "FRENCH_LEFT",
    "FRENCH_LOANS",
    "FRENCH_WORDS",
    "OTHER_WORDS",
]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Frequent words of French that are no English words (apart from names).
FRENCH_WORDS = _set(
    """
    le la les un une des du de et est sont était été être ont avoir avait dans par pour avec
    sans sur sous que qui quoi dont où ce cette ces cet se sa ses son leur leurs notre nos votre
    vos il elle ils elles nous vous je tu mais ou donc car ne pas plus très aussi comme aux au
    en y à même tout tous toute toutes après avant chez depuis entre vers lors afin ainsi alors
    encore jamais rien peut fait faire c'est n'est qu'il d'un d'une l'on
    """
)
ENGLISH_WORDS = _set(
    """
    the of and to in is was were are be been being that which who this these those with from for
    by at as it its his her their our your they we you he she but or not have has had will would
    can could should may might do does did an if than then there when where what while into about
    after before between over under more most such only also
    """
)
OTHER_WORDS: dict[str, frozenset[str]] = {
    "Spanish": _set(
        """el la un de en que se los las una unos y del al es son fue era ser con por para como
        más pero su sus este esta estos entre cuando sobre también hasta desde muy años porque ha
        han está"""
    ),
    "Italian": _set(
        """il la in un da si ai lo gli una uno e di del della dei delle degli nel nella con per
        che non è sono stato era come più ma anche questo questa suo sua loro tra quando dal alla
        al si ha hanno"""
    ),
    "German": _set(
        """der die das den dem des ein eine einen einem und ist sind war wurde werden mit von zu
        zum zur für auf im in nicht auch sich es er sie wir als bei nach aus wie oder aber dass"""
    ),
    "Dutch": _set(
        """de het een en van in is zijn was werd worden met voor op niet ook zich er dat die dit
        aan bij naar uit als of maar om te door over"""
    ),
    "Portuguese": _set(
        """o a de que um se os as uma uns e do da dos das no na nos nas em é são foi era ser com
        por para como mais mas seu sua este esta entre quando sobre também até não ao à pelo pela"""
    ),
}

# French words that no English sentence has, outside names and a few set phrases.
FRENCH_LEFT = _set(
    """
    les une est sont était étaient été dans avec mais qui que dont où cette cet leur leurs notre
    votre nous vous ils elles aux très aussi comme plus moins être avoir ont avait peut sans sous
    pour chez depuis lors afin ainsi alors encore jamais toujours déjà après avant donc selon
    c'est n'est qu'il qu'elle qu'ils parce lorsque tandis puis quand même tous toute toutes
    """
)
# French function words that English has as well, or has in names and phrases.
FRENCH_AMBIGUOUS = _set(
    "car pour plus son tout sans chez on me en me as sur par sous nos ton mes a"
)

# French words at home in English.
FRENCH_LOANS = _set(
    """
    avec plus sans pour comme elles qui vive laissez faire coup grâce grace état etat mot juste
    raison être etre de par excellence en masse vis-à-vis déjà deja vu la le du jour carte crème
    brûlée brulee café fiancé fiancée résumé cliché naïve entrepreneur bureau chauffeur genre
    sous chef sous-vide cordon bleu tour force force majeure femme fatale savoir savoir-faire
    joie vivre nouveau riche bon voyage vivant appétit bric-à-brac chaise longue cuisine
    """
)

ENGLISH_NEGATION = _set(
    """
    not no never nothing nobody none neither nor nowhere without cannot non nay nil zero hardly
    barely scarcely rarely seldom unless except lack lacks lacked lacking fail fails failed failing
    failure refuse refuses refused refusing refusal deny denies denied avoid avoids avoided avoiding
    prevent prevents prevented preventing absent absence free few little minus beyond despite
    regardless exclude excludes excluded prohibit prohibits prohibited prohibiting banned ban
    forbidden forbid forbids reject rejects rejected miss misses missed missing ignore ignores
    ignored ignoring neglected devoid against ain't any anything anyone anymore stop stops stopped
    ceased oppose opposed contrary instead rather remain remains remained unchanged too yet
    nonetheless short doubt doubts doubted void decline declined resist keep kept less false
    far trouble difficult difficulty
    """
)
ENGLISH_NEGATIVE_AFFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis")
"""Prefixes that negate where the rest of the word is a word: unhappy, impossible."""

ENGLISH_NEGATIVE_STEMS = (
    "able ible iar al ed ous ful ly ic ent ant ate ing fair like likely sure certain known clear "
    "even happy lucky aware agree agrees appear appears allow allows approve approves continue fit "
    "expected decided finished wise just true trust use used usual"
)
"""Endings that tell such a word from one that merely begins alike (increase, display)."""
