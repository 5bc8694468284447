from dataclasses import replace

import pytest
import torch

from unmt.mappings.sequence_batch import batch_of
from unmt.objectives.sequence_likelihood import Output, sentence_nats
from unmt.solvers.sequence_search import Search, search

END, TAG, SYMBOLS = 2, 4, 40
ALLOWED = torch.tensor([END, *range(6, SYMBOLS)])


@pytest.fixture(scope="module")
def net(drawn_net):
    return drawn_net(SYMBOLS, 16)


@pytest.fixture(scope="module")
def wide_net(drawn_net):
    """Whose products are those of another library."""
    return drawn_net(SYMBOLS, 64)


@pytest.fixture(scope="module")
def sources(drawn_sources):
    return drawn_sources(SYMBOLS, 60)


def uncached(net, source, limit):
    """Greedy search that computes everything anew at each symbol, one sentence at a time."""
    said = []
    ids = torch.tensor([[*source.tolist(), END]])
    with torch.no_grad():
        for _ in range(limit):
            encoded, mask = net.encode(ids)
            states = net.decode(torch.tensor([[TAG, *said]]), encoded, mask)
            word = int(ALLOWED[net.logits(states[0, -1], ALLOWED).argmax()])
            if word == END:
                break
            said.append(word)
    return said


def test_cached_search_in_batches_is_uncached_search_of_each_sentence(net, sources):
    how = Search(TAG, END, ALLOWED)
    found = search(net, sources, how)
    for source, result in zip(sources, found, strict=True):
        assert result.ids.tolist() == uncached(net, source, how.limit(len(source) + 1, net.shape.longest))


def plain_beam(net, source, how):
    """Beam search of one sentence with lists, all computed anew at each symbol."""
    ids, limit = torch.tensor([[*source.tolist(), END]]), how.limit(len(source) + 1, net.shape.longest)
    live, ended = [(0.0, ())], []
    with torch.no_grad():
        encoded, mask = net.encode(ids)
    while live and len(ended) < how.beam:
        candidates = []
        with torch.no_grad():
            said = torch.tensor([[TAG, *text] for _, text in live])
            states = net.decode(said, encoded.expand(len(live), -1, -1), mask)
            gains = torch.log_softmax(net.logits(states[:, -1], how.allowed), dim=-1).tolist()
        for (total, text), row in zip(live, gains, strict=True):
            candidates += [(total + gain, text, int(id_)) for gain, id_ in zip(row, how.allowed, strict=True)]
        candidates.sort(key=lambda candidate: -candidate[0])
        length = len(live[0][1]) + 1
        for total, text, word in candidates[: how.beam]:
            if word == END or length == limit:
                ended.append((total / length**how.length_power, text if word == END else (*text, word)))
        going = [(total, (*text, word)) for total, text, word in candidates if word != END]
        live = going[: how.beam] if length < limit else []
    return list(max(ended, key=lambda one: one[0])[1])


@pytest.mark.parametrize("power", [0.0, 1.0])
@pytest.mark.parametrize("beam", [2, 4])
def test_a_beam_in_tensors_is_the_plain_one_of_each_sentence(net, sources, beam, power):
    how = Search(TAG, END, ALLOWED, beam=beam, length_power=power)
    found = [result.ids.tolist() for result in search(net, sources[:15], how)]
    assert found == [plain_beam(net, source, how) for source in sources[:15]]
    assert len(set(map(len, found))) > 3


def test_a_wide_net_searches_as_a_narrow_one_does(wide_net, sources):
    how = Search(TAG, END, ALLOWED, beam=3)
    assert [r.ids.tolist() for r in search(wide_net, sources, how)] == [plain_beam(wide_net, s, how) for s in sources]


@pytest.mark.parametrize("left", range(1, 12))
def test_sentences_that_have_ended_stay_to_make_rows_even_and_no_other_leaves(left):
    from unmt.solvers.sequence_search import _staying

    goes_on = torch.zeros(40, dtype=torch.bool)
    goes_on[torch.randperm(40, generator=torch.Generator().manual_seed(0))[:left]] = True
    stays = _staying(goes_on, left, 4)
    assert bool(stays[goes_on].all())
    assert int(stays.sum()) == (8 if left <= 8 else 16)
    assert _staying(stays[stays], left, 4) is None


def test_a_beam_is_wider_than_what_can_be_written(net, sources):
    allowed = torch.tensor([END, 7])
    how = Search(TAG, END, allowed, beam=5)
    assert [r.ids.tolist() for r in search(net, sources[:9], how)] == [plain_beam(net, s, how) for s in sources[:9]]


def test_a_beam_of_one_is_greedy(net, sources):
    from unmt.solvers import sequence_search

    greedy = search(net, sources, Search(TAG, END, ALLOWED))
    ids = sequence_search.padded(sources, last=END)
    how = Search(TAG, END, ALLOWED, beam=1)
    limits = torch.tensor([how.limit(len(source) + 1, net.shape.longest) for source in sources])
    with torch.no_grad():
        beam = sequence_search._beam(net, ids, limits, how)
    assert [x.ids.tolist() for x in beam] == [x.ids.tolist() for x in greedy]


def test_the_order_of_sentences_and_the_number_of_threads_change_nothing(net, sources):
    for beam in (1, 3):
        how = Search(TAG, END, ALLOWED, beam=beam)
        plain = [x.ids.tolist() for x in search(net, sources, how)]
        turned = [x.ids.tolist() for x in search(net, sources[::-1], how, threads=2)]
        assert turned[::-1] == plain


def test_a_wider_beam_finds_what_is_likelier(net, sources):
    narrow, wide = (search(net, sources, Search(TAG, END, ALLOWED, beam=beam, length_power=0.0)) for beam in (1, 6))
    better = sum(w.nats <= n.nats + 1e-4 for n, w in zip(narrow, wide, strict=True))
    assert better >= 0.9 * len(sources)
    assert any(w.nats < n.nats - 1e-3 for n, w in zip(narrow, wide, strict=True))


def test_the_nats_of_a_translation_are_those_of_the_likelihood(net, sources):
    output = Output.of(ALLOWED, SYMBOLS)
    how = Search(TAG, END, ALLOWED, beam=3, ratio=3.0, slack=60)
    for source, found in zip(sources[:20], search(net, sources[:20], how), strict=True):
        batch = batch_of([source], [found.ids], END, TAG, 0, 1)
        if len(found.ids) < how.limit(len(source) + 1, net.shape.longest):
            assert float(sentence_nats(net, batch, output)[0]) == pytest.approx(found.nats, rel=1e-4, abs=1e-3)


def test_all_that_a_beam_ends_with_is_told_where_it_is_asked_for(net, sources):
    output = Output.of(ALLOWED, SYMBOLS)
    how = Search(TAG, END, ALLOWED, beam=4, ratio=3.0, slack=60)
    plain, told = search(net, sources, how), search(net, sources, replace(how, others=True), threads=2)
    for source, one, all_ in zip(sources, plain, told, strict=True):
        assert one.others == ()
        assert (one.ids.tolist(), one.nats) == (all_.ids.tolist(), all_.nats)
        texts = [tuple(other.ids.tolist()) for other in all_.others]
        assert len(set(texts)) == len(texts) >= 4
        best = min(all_.others, key=lambda other: other.nats / (len(other.ids) + 1))
        assert (best.ids.tolist(), best.nats) == (one.ids.tolist(), pytest.approx(one.nats, rel=1e-5))
        ended = [other for other in all_.others if len(other.ids) < how.limit(len(source) + 1, net.shape.longest)]
        batch = batch_of([source] * len(ended), [other.ids for other in ended], END, TAG, 0, 1)
        assert sentence_nats(net, batch, output).tolist() == pytest.approx([o.nats for o in ended], rel=1e-4, abs=1e-3)


def test_only_allowed_symbols_are_written(net, sources):
    allowed = torch.tensor([END, 7, 8, 9])
    found = search(net, sources, Search(TAG, END, allowed, beam=2))
    assert {int(id_) for result in found for id_ in result.ids} <= {7, 8, 9}


def test_a_sample_is_a_function_of_its_seed(net, sources):
    how = Search(TAG, END, ALLOWED, sample=1.0)
    first, again, other = ([x.ids.tolist() for x in search(net, sources, how, seed=s)] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_no_sentences_are_no_translations(net):
    assert search(net, [], Search(TAG, END, ALLOWED)) == []
