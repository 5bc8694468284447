"""Of what a beam ends with, the translation that net and n-grams together find likeliest is taken."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from unmt.errors import InputError
from unmt.mappings.transformer import Shape, Transformer
from unmt.solvers.sequence_search import Found, search
from unmt.tasks.models import load_model, translator_of
from unmt.tasks.neural_model import BEAM, NGRAMS, NeuralModel
from unmt.tasks.rescoring import rescored
from unmt.tasks.sides import side_of
from unmt.tasks.translation_model import Language
from unmt.text.pieces import END_ID, Pieces


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(300, 20, 2)


@pytest.fixture(scope="module")
def model(cipher):
    """A net that knows nothing, and n-grams that know their language."""
    torch.set_num_threads(1)
    sides = {name: side_of(name, lines, 10, 3) for name, lines in (("aa", cipher.source), ("bb", cipher.target))}
    languages = {n: Language(n, side.tokeniser, side.vocabulary, side.ngrams) for n, side in sides.items()}
    tokens = {n: [side.tokeniser.tokens(line) for line in side.lines] for n, side in sides.items()}
    pieces = Pieces.learn((line for part in tokens.values() for line in part), ("aa", "bb"), 360)
    allowed = {
        name: np.union1d([END_ID], [id_ for line in part for id_ in pieces.encode(line)]).astype(np.int64)
        for name, part in tokens.items()
    }
    shape = Shape(len(pieces), width=16, heads=2, inner=16, encoder_layers=1, decoder_layers=1, longest=160)
    net = Transformer(shape, torch.Generator().manual_seed(0)).eval()
    with torch.no_grad():
        net.embedding.weight *= 0.1  # or its guesses would be too sure to differ
    return NeuralModel(languages, pieces, net, allowed)


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
