"""The planner: nothing lost, order restored, batches within their limit."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.engines.batching import available_cores, pack, run_batched, share_threads

lengths = st.lists(st.integers(0, 60), max_size=80)


def padded_cost(lengths):
    """What a batch of these lengths costs, in tokens, padding included."""
    return max(lengths) * len(lengths)


@settings(deadline=None)
@given(lengths, st.integers(1, 120))
def test_every_item_is_in_exactly_one_batch_and_batches_keep_the_limit(lengths, max_tokens):
    batches = pack(lengths, max_tokens=max_tokens)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert batch
        assert padded_cost([lengths[i] for i in batch]) <= max_tokens or len(batch) == 1


@settings(deadline=None)
@given(lengths)
def test_batches_run_from_long_to_short_so_that_padding_is_least(lengths):
    order = [lengths[i] for batch in pack(lengths, max_tokens=90) for i in batch]
    assert order == sorted(lengths, reverse=True)


@settings(deadline=None)
@given(lengths, st.integers(1, 120))
def test_no_batch_could_have_taken_the_next_item_too(lengths, max_tokens):
    batches = pack(lengths, max_tokens=max_tokens)
    for batch, following in itertools.pairwise(batches):
        grown = [lengths[i] for i in (*batch, following[0])]
        assert padded_cost([max(n, 1) for n in grown]) > max_tokens


@settings(deadline=None)
@given(lengths, st.integers(1, 120))
def test_uniform_batches_hold_one_length_each(lengths, max_tokens):
    batches = pack(lengths, max_tokens=max_tokens, uniform=True)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[i] for i in batch}) == 1
        assert padded_cost([lengths[i] for i in batch]) <= max_tokens or len(batch) == 1


@settings(deadline=None)
@given(st.lists(st.text("xyz", max_size=6)), st.integers(1, 20))
def test_results_come_back_in_order_and_equal_items_run_once(items, max_tokens):
    ran = []

    def run(batches):
        ran.extend(item for batch in batches for item in batch)
        return [[item.upper() for item in batch] for batch in batches]

    done = run_batched(items, run, length=len, max_tokens=lambda _item: max_tokens)
    assert list(done) == [item.upper() for item in items]
    assert sorted(ran) == sorted(set(items))


@pytest.mark.parametrize("wrong", [lambda batches: [], lambda batches: [[] for _ in batches]])
def test_a_runner_that_loses_results_is_an_error(wrong):
    with pytest.raises(ValueError):
        run_batched(["a"], wrong, length=len, max_tokens=lambda _item: 1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.text("xyz", max_size=6))))
def test_what_goes_together_has_equal_options(items):
    def run(batches):
        assert all(len({option for option, _ in batch}) == 1 for batch in batches)
        return [[text for _, text in batch] for batch in batches]

    done = run_batched(
        items,
        run,
        length=lambda item: len(item[1]),
        max_tokens=lambda item: {"a": 4, "b": 40, "c": 1}[item[0]],
        options=lambda item: item[0],
    )
    assert list(done) == [text for _, text in items]


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        pack([1], max_tokens=0)


@settings(deadline=None)
@given(st.integers(1, 256))
def test_workers_and_their_threads_use_all_cores_and_no_more(cores):
    inter, intra = share_threads(cores=cores)
    assert inter * intra == cores
    assert intra <= 4
    assert share_threads(cores, cores=1) == (inter, intra), "an explicit number wins"


def test_the_machine_has_a_core():
    assert available_cores() >= 1
