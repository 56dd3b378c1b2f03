"""Word tables. Detection and rewriting live elsewhere; these are only data."""

from __future__ import annotations

__all__ = [
    "ACRONYMS_READ_AS_WORDS",
    "ELISIONS",
    "ENGLISH_ARTICLES",
    "ENGLISH_DETERMINERS",
    "ENGLISH_OES",
    "ENGLISH_PLURALS",
    "ENGLISH_UNCOUNTED",
    "FRENCH_ADJECTIVE_ENDINGS",
    "FRENCH_FUNCTION_WORDS",
    "FRENCH_HYPHEN_PREFIXES",
    "FRENCH_HYPHEN_SUFFIXES",
    "FRENCH_JOINTS",
    "FRENCH_PLURAL_DETERMINERS",
    "NAME_PARTICLES",
    "PREFIX_NAMES",
    "TITLES",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What may stand before an apostrophe in French without being part of the word after it.
ELISIONS = _words("l d j m t s c n qu jusqu lorsqu puisqu quoiqu presqu quelqu entr")

# Words inside a term that are never inflected and that start a new group of agreement.
FRENCH_JOINTS = _words(
    "à a au aux avec chez comme contre dans de des du d en entre et hors l la le les ou par "
    "pour sans selon sous sur un une vers y qu que qui"
)

FRENCH_PLURAL_DETERMINERS = _words(
    "les des aux ces mes tes ses nos vos leurs plusieurs quelques certains certaines différents "
    "différentes divers diverses nombreux nombreuses deux trois quatre cinq six sept huit neuf dix "
    "onze douze quinze vingt trente cent cents mille tous toutes desdits desdites lesdits "
    "lesdites maints maintes quels quelles"
)

FRENCH_HYPHEN_PREFIXES = _words(
    "anti pro ex non post pré pre quasi ultra semi auto mini méga mega micro macro super hyper "
    "inter intra extra sub néo neo multi mono pseudo demi mi avant après contre sous sur vice co "
    "entre sans hors"
)
FRENCH_HYPHEN_SUFFIXES = _words("ci là la même mêmes je tu il elle on nous vous ils elles")

# Names that are also prefixes: "Meta-analysis" does not speak of Meta.
PREFIX_NAMES = _words(
    "meta méta alpha beta bêta uber über super mega méga neo néo crypto micro macro"
)

# Words in lower case inside a name, and titles that stand before one without being part of it.
NAME_PARTICLES = _words("de du des d of for von van der den ter zu ben bin al el da dos di della y")
TITLES = _words("MM Mme Mmes Mlle Mlles Mgr Me Mr Mrs Ms Dr Pr St Ste")

ENGLISH_ARTICLES = frozenset({"a", "an", "the"})
ENGLISH_DETERMINERS = _words(
    "a an the this that these those my your his her its our their some any every each no "
    "another one two three four five six seven eight nine ten which what whose many few several"
)

# Frequent French words that English does not share: many of them in a "translation" mean
# that the engine copied its source.
FRENCH_FUNCTION_WORDS = _words(
    "le la les un une des du de et est dans pour que qui ne pas sur avec ce cette ces par au aux "
    "plus son sa ses leur leurs il elle ils elles nous vous mais ou où sont été être avoir ont "
    "aussi comme sans sous entre après avant selon"
)

# English plurals that no rule gives.
ENGLISH_PLURALS = {
    "analysis": "analyses",
    "basis": "bases",
    "calf": "calves",
    "child": "children",
    "corpus": "corpora",
    "crisis": "crises",
    "criterion": "criteria",
    "diagnosis": "diagnoses",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hypothesis": "hypotheses",
    "index": "indexes",
    "knife": "knives",
    "leaf": "leaves",
    "lens": "lenses",
    "life": "lives",
    "loaf": "loaves",
    "man": "men",
    "matrix": "matrices",
    "mouse": "mice",
    "parenthesis": "parentheses",
    "person": "people",
    "phenomenon": "phenomena",
    "quiz": "quizzes",
    "scarf": "scarves",
    "self": "selves",
    "shelf": "shelves",
    "synthesis": "syntheses",
    "thesis": "theses",
    "thief": "thieves",
    "tooth": "teeth",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}
ENGLISH_OES = _words("echo embargo hero potato tomato torpedo veto")
# Words without a plural, as heads of terms: a plural French term keeps their singular.
ENGLISH_UNCOUNTED = _words(
    "advertising advice agriculture aircraft anonymity authentication automation bandwidth "
    "biodiversity broadband commerce computing content coverage crowdfunding "
    "cryptography cybersecurity data deployment electricity employment "
    "engineering equipment ethics evidence expertise feedback fintech firmware funding governance "
    "growth hardware health homework housing hydrogen inference information "
    "intelligence interoperability journalism knowledge labeling labelling "
    "leadership learning legislation liquidity literacy litigation logistics machinery "
    "malware management manufacturing marketing media middleware money music networking "
    "news offspring outsourcing privacy processing productivity "
    "programming ransomware reasoning recognition reinforcement research retail "
    "robotics safety security series sheep shipping software sovereignty spam species "
    "spyware staff storage surveillance telecommunications telecommuting telework testing "
    "tokenization traffic training transparency transport trust uranium water "
    "writing"
)
# Acronyms that are read as words, not letter by letter: "a NATO ally".
ACRONYMS_READ_AS_WORDS = _words(
    "FAANG FAIR FEMA FIFA HADOPI HAL LAN LASER LIDAR LORA MIDI MOMA MOOC NASA NATO NICE NIST NUMA "
    "RADAR RAG RAM RISC ROM ROME SAAS SAP SARS SCRUM SIM SOFIA SONAR SOTA UNESCO UNICEF"
)

# Endings of French adjectives that follow their noun, for finding multi-word terms.
FRENCH_ADJECTIVE_ENDINGS = (
    *("ique", "iques", "el", "els", "elle", "elles", "al", "als", "ale", "ales", "aux", "if"),
    *("ifs", "ive", "ives", "aire", "aires", "able", "ables", "ible", "ibles", "euse", "eux"),
    *("é", "és", "ée", "ées", "iste", "istes", "ien", "iens", "ienne", "iennes", "ain", "aine"),
    *("intelligent", "intelligents", "permanent", "permanents", "ouvert", "ouverts"),
    *("ouverte", "ouvertes", "libre", "libres", "profond", "profonds", "public", "publics"),
    *("privé", "neuf", "virtuelle", "mondial", "mobile", "mobiles", "autonome", "autonomes"),
)
