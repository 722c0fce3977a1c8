"""Korean in Latin letters, for a machine that has no font with Hangul.

Letter by letter after the Revised Romanization of 2000, without its changes of sound between syllables.
"""

_FIRST_SYLLABLE, _LAST_SYLLABLE = ord("가"), ord("힣")
# fmt: off
_INITIALS = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
)
_FINALS = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "t",
)
# fmt: on


def is_syllable(character: str) -> bool:
    """Whether a character is a syllable of Hangul."""
    return _FIRST_SYLLABLE <= ord(character) <= _LAST_SYLLABLE


def romanized(syllable: str) -> str:
    """A syllable in Latin letters: 한 as han."""
    number = ord(syllable) - _FIRST_SYLLABLE
    initial, rest = divmod(number, len(_VOWELS) * len(_FINALS))
    vowel, final = divmod(rest, len(_FINALS))
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
