"""Excel's order of values: numbers before texts before booleans; texts without regard to case; empty is 0, "" or FALSE."""

from __future__ import annotations

import operator
from collections.abc import Callable

import numpy as np

from ..values import Block, Error, Mask, Scalar, Tag, Texts, booleans_block
from .coerce import block_errors, with_errors
from .spread import merged_errors

_SCALARS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARRAYS: dict[str, np.ufunc] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}
_NEARLY = 2.0**-50  # numbers that differ by less are equal to 15 digits
_RANKS = np.array([0, 0, 1, 2, 3], dtype=np.int8)


def folded(text: str) -> str:
    """A text as comparisons see it: without regard to case."""
    return text.lower()


def order(left: Scalar, right: Scalar) -> int:
    """-1, 0 or 1 as `left` comes before, with or after `right`; errors are for the caller."""
    if left is None:
        left = _blank_like(right)
    if right is None:
        right = _blank_like(left)
    first, second = _rank(left), _rank(right)
    if first != second:
        return -1 if first < second else 1
    if isinstance(left, str) and isinstance(right, str):
        a, b = folded(left), folded(right)
        return (a > b) - (a < b)
    return order_numbers(float(left or 0), float(right or 0))


def order_numbers(left: float, right: float) -> int:
    """-1, 0 or 1; equal to 15 digits is equal."""
    if left == right or abs(left - right) <= abs(left) * _NEARLY:
        return 0
    return -1 if left < right else 1


def _blank_like(other: Scalar) -> Scalar:
    if isinstance(other, str):
        return ""
    return False if isinstance(other, bool) else 0.0


def _rank(value: Scalar) -> int:
    if isinstance(value, str):
        return 1
    return 2 if isinstance(value, bool) else 0


def compare_scalars(sign: str, left: Scalar, right: Scalar) -> Scalar:
    """The truth of a comparison, or the error that an operand is."""
    if isinstance(left, Error):
        return left
    if isinstance(right, Error):
        return right
    return _SCALARS[sign](order(left, right), 0)


def compare_blocks(sign: str, left: Block, right: Block) -> Block:
    """The comparison for each cell of blocks that broadcast together."""
    first, second = left.uniform(), right.uniform()
    errors = merged_errors(block_errors(left), block_errors(right))
    if first == second == Tag.NUMBER:
        mask = _number_mask(sign, left, right)
    elif first == second == Tag.TEXT and sign in {"=", "<>"}:
        mask = _text_mask(sign, left, right)
    else:
        orders = _orders(left, right)
        mask = _ARRAYS[sign](orders, 0)
    return with_errors(booleans_block(mask), errors)


def _number_mask(sign: str, left: Block, right: Block) -> Mask:
    a, b = left.numbers, right.numbers
    mask: Mask = _ARRAYS[sign](a, b)
    if 1 in (a.size, b.size) and sign not in {"=", "<>"} and not _near_any(a, b):
        return mask
    near = np.abs(a - b) <= np.abs(a) * _NEARLY
    return mask | near if sign in {"=", "<=", ">="} else mask & ~near


def _near_any(
    a: np.ndarray[tuple[int, ...], np.dtype[np.float64]], b: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> bool:
    return bool((np.abs(a - b) <= np.abs(b) * _NEARLY).any())


def folded_texts(block: Block) -> Texts:
    """The texts of a block in lower case; of coded ones each word once."""
    if block.coded is not None:
        words = np.array([folded(str(word)) for word in block.coded.words] + [""], dtype=object)
        taken: Texts = words[block.coded.codes]
        return taken
    texts = block.text_array()
    if texts.strides == (0, 0) and texts.size:
        return np.broadcast_to(np.array(folded(texts[0, 0]), dtype=object), texts.shape)
    lowered = np.empty(texts.size, dtype=object)
    lowered[:] = [folded(text) for text in texts.ravel().tolist()]
    return lowered.reshape(texts.shape)


def _text_mask(sign: str, left: Block, right: Block) -> Mask:
    if left.coded is None and right.coded is not None:
        left, right = right, left
    if left.coded is not None and right.shape == (1, 1):
        wanted = folded(str(right.at(0, 0)))
        words = np.array([folded(str(word)) == wanted for word in left.coded.words] + [False], dtype=bool)
        mask: Mask = words[left.coded.codes]
    else:
        mask = np.asarray(folded_texts(left) == folded_texts(right), dtype=bool)
    return mask if sign == "=" else ~mask


def _orders(left: Block, right: Block) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    shape = np.broadcast_shapes(left.shape, right.shape)
    a_tags, b_tags = (np.broadcast_to(block.tags, shape) for block in (left, right))
    a_empty, b_empty = a_tags == Tag.EMPTY, b_tags == Tag.EMPTY
    a_ranks = np.where(a_empty, np.where(b_empty, 0, _RANKS[b_tags]), _RANKS[a_tags]).astype(np.int8)
    b_ranks = np.where(b_empty, np.where(a_empty, 0, _RANKS[a_tags]), _RANKS[b_tags]).astype(np.int8)
    a, b = (np.broadcast_to(block.numbers, shape) for block in (left, right))
    near = np.abs(a - b) <= np.abs(a) * _NEARLY
    orders = np.where(near, 0, np.sign(a - b)).astype(np.int8)
    texts = (a_ranks == 1) & (b_ranks == 1)
    if texts.any():
        first = np.broadcast_to(folded_texts(left), shape)[texts]
        second = np.broadcast_to(folded_texts(right), shape)[texts]
        orders[texts] = (first > second).astype(np.int8) - (first < second).astype(np.int8)
    different = a_ranks != b_ranks
    orders[different] = np.sign(a_ranks[different] - b_ranks[different])
    return orders
