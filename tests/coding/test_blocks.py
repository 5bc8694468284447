from hypothesis import given
from hypothesis import strategies as st

from unmt.coding.blocks import text_blocks


@given(st.text(alphabet="ab \n", max_size=60), st.integers(1, 10))
def test_blocks_are_the_text_and_cut_no_word(text, size):
    blocks = list(text_blocks(text, size))
    assert "".join(blocks) == text
    assert [word for block in blocks for word in block.split()] == text.split()


def test_blocks_are_about_as_long_as_asked():
    lengths = [len(block) for block in text_blocks("word " * 1000, 100)]
    assert max(lengths) <= 105
    assert sum(lengths) == 5000


def test_text_without_white_space_is_one_block():
    assert list(text_blocks("x" * 50, 10)) == ["x" * 50]
