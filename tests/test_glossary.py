"""Words are explained once, in one sentence."""

import pytest

from mammo_core.ui.words.glossary import GLOSSARY, explained


@pytest.mark.parametrize("term", GLOSSARY)
def test_a_word_is_explained_in_one_short_sentence(term):
    sentence = GLOSSARY[term]
    assert sentence.endswith(".")
    assert ". " not in sentence
    assert len(sentence) < 140


def test_a_tooltip_explains_the_words_it_was_asked_for():
    assert explained("MLO", "CC").split("\n\n") == [f"**MLO**: {GLOSSARY['MLO']}", f"**CC**: {GLOSSARY['CC']}"]


def test_a_word_that_nobody_explained_is_told():
    with pytest.raises(KeyError):
        explained("BI-RADS 3")
