"""How hard a text is to read: the Flesch-Kincaid grade level (Kincaid and others, 1975)."""

import re

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_SENTENCE = re.compile(r"[.!?:](?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """How many syllables an English word has, by its groups of vowels; a silent e at its end is none."""
    word = re.sub(r"[^a-z]", "", word.lower())
    count = len(_VOWELS.findall(word))
    if count > 1 and (re.search(r"[^aeiouyl]e$", word) or re.search(r"[^aeiouytd]ed$", word)):
        count -= 1
    return max(count, 1)


def grade(text: str) -> float:
    """The school grade in the United States in which the text is easy to read."""
    words = _WORD.findall(text)
    sentences = max(len(_SENTENCE.findall(text)), 1)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
