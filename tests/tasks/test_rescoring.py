"""Of what a beam ends with, the translation that net and n-grams together find likeliest is taken."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from unmt.errors import InputError
from unmt.solvers.sequence_search import Found, search
from unmt.tasks.models import load_model, translator_of
from unmt.tasks.neural_model import BEAM, NGRAMS
from unmt.tasks.rescoring import rescored


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(300, 20, 2)


@pytest.fixture(scope="module")
def model(cipher, untaught):
    """A net that knows nothing, and n-grams that know their language."""
    made = untaught({"aa": cipher.source, "bb": cipher.target}, order=3, longest=160)
    with torch.no_grad():
        made.net.embedding.weight *= 0.1  # or its guesses would be too sure to differ
    return made


def found(model, *texts):
    """A beam's end: texts, and the nats that a net gave each."""
    others = tuple(Found(np.array(model.pieces.encode(text.split()), np.int32), nats) for text, nats in texts)
    return replace(min(others, key=lambda one: one.nats / (len(one.ids) + 1)), others=others)


def test_n_grams_choose_the_sentence_over_its_words_in_disorder(model, cipher):
    for line in cipher.target[:20]:
        turned = " ".join(line.split()[::-1])
        beam = found(model, (turned, 10.0), (line, 10.5))
        said = [
            model.pieces.decode(rescored([beam], model.pieces, model.languages["bb"], weight, 1)[0].ids.tolist())
            for weight in (0.0, NGRAMS)
        ]
        assert said == [turned.split(), line.split()]


def test_what_is_taken_costs_least_for_its_length(model, cipher):
    rng = np.random.default_rng(0)
    language, weight = model.languages["bb"], 0.4
    beams = [
        found(model, *((cipher.target[int(place)], float(rng.uniform(5, 50))) for place in rng.integers(300, size=6)))
        for _ in range(10)
    ]
    for beam, taken in zip(beams, rescored(beams, model.pieces, language, weight, 2), strict=True):
        costs = []
        for one in beam.others:
            ids = language.vocabulary.ids(model.pieces.decode(one.ids.tolist()))
            bits = float(language.ngrams.sentence_bits(ids, np.array([0, len(ids)]))[0])
            costs.append(one.nats / (len(one.ids) + 1) + weight * bits * np.log(2) / (len(ids) + 1))
        assert taken is beam.others[int(np.argmin(costs))]


def test_a_result_that_nothing_ended_beside_stays(model):
    alone = Found(np.array([7, 8], np.int32), 3.0)
    assert rescored([alone], model.pieces, model.languages["bb"], 1.0, 1) == [alone]
    assert rescored([], model.pieces, model.languages["bb"], 1.0, 1) == []


def test_translations_are_rescored_unless_the_net_is_asked_alone(model, cipher):
    def said(**how):
        return [one.text for one in translator_of(model, "aa-bb", threads=1, **how).translate(cipher.source[:40])]

    how = model.search("bb", BEAM, source="aa")
    rows = [np.array(model.pieces.encode(line.split()), np.int32) for line in cipher.source[:40]]
    plain = [" ".join(model.pieces.decode(one.ids.tolist())) for one in search(model.net, rows, how)]
    assert [text.lower() for text in said(ngrams=0.0)] == plain
    assert said() == said(ngrams=NGRAMS, beam=BEAM)
    assert said(ngrams=50.0) != plain
    assert said(beam=1) == said(beam=1, ngrams=0.0)
    alone = [next(translator_of(model, "aa-bb", threads=1).translate([line])).text for line in cipher.source[:40]]
    assert alone == said()


def test_a_lexicon_model_has_weights_of_its_own(trained_cipher):
    with pytest.raises(InputError, match="ngrams= is for models of network=transformer"):
        translator_of(load_model(trained_cipher[1]), "aa-bb", ngrams=0.5)
