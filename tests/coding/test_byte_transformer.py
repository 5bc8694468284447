import torch

from unmt.coding.byte_transformer import NGRAM_ROWS, START, ByteTransformer, NetShape, ngram_rows, turned

SHAPE = NetShape(layers=2, width=16, heads=2, window=24)


def net_with_a_head():
    """A net whose head is not zero, as one that has learned something."""
    net = ByteTransformer(SHAPE)
    torch.nn.init.normal_(net.head.weight, generator=torch.Generator().manual_seed(1))
    return net.eval()


def test_no_position_sees_what_comes_after_it():
    symbols = torch.randint(0, 256, (3, 24), generator=torch.Generator().manual_seed(0))
    symbols[:, 0] = START
    net = net_with_a_head()
    other = symbols.clone()
    other[:, 15:] = (other[:, 15:] + 7) % 256
    with torch.no_grad():
        before, after = net(symbols), net(other)
    assert before.shape == (3, 24, 256)
    assert torch.equal(before[:, :15], after[:, :15])
    assert not torch.allclose(before[:, 15:], after[:, 15:])


def test_the_first_guess_is_that_all_bytes_are_alike():
    logits = ByteTransformer(SHAPE)(torch.tensor([[START, 5, 200]]))
    assert torch.equal(logits, torch.zeros(1, 3, 256))


def test_weights_come_from_the_seed_alone():
    torch.manual_seed(1)
    one = ByteTransformer(SHAPE, seed=3)
    torch.manual_seed(2)
    again, other = ByteTransformer(SHAPE, seed=3), ByteTransformer(SHAPE, seed=4)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), again.parameters(), strict=True))
    assert not torch.equal(one.embedding.weight, other.embedding.weight)


def test_turned_vectors_meet_by_their_distance_and_not_by_their_place():
    net = ByteTransformer(SHAPE)
    vector, other = torch.randn(2, 8, generator=torch.Generator().manual_seed(0))
    turns = net.cosines, net.sines
    vectors, others = (turned(v.expand(1, 1, 24, 8), turns)[0, 0] for v in (vector, other))
    products = vectors @ others.T
    for distance in (0, 3, 11):
        along = torch.diagonal(products, distance)
        assert torch.allclose(along, along[:1].expand_as(along), atol=1e-5)
    assert torch.allclose(vectors.norm(dim=-1), vector.norm().expand(24))


def test_an_n_gram_has_its_row_wherever_it_ends_and_nothing_before_it_counts():
    symbols = torch.tensor([[START, 7, 1, 2, 3], [9, 9, 1, 2, 3]])
    pairs, triples = ngram_rows(symbols)
    assert pairs.shape == triples.shape == (2, 5)
    assert torch.equal(pairs[0, 3:], pairs[1, 3:])
    assert triples[0, 4] == triples[1, 4]
    assert triples[0, 3] != triples[1, 3]
    every = torch.arange(256).repeat(3, 1)
    for rows, found in zip(NGRAM_ROWS, ngram_rows(every), strict=True):
        assert 0 <= int(found.min()) <= int(found.max()) < rows
        assert len(found[0].unique()) > 240
