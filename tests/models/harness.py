"""Every architecture against the reference library: a family says what it is, the tests made here do the rest.

The reference is run live, on PyTorch, with tiny random weights whose biases and norms are moved off their defaults. What it saves is
loaded through the Auto classes of each backend. Differences are measured relative to the largest number of each output.
"""

from typing import Any

import numpy as np
import pytest
from cases import (
    MARK,
    TOLERANCE,
    Case,
    Family,
    array,
    assert_close,
    auto,
    ends_of_text,
    flat,
    move_off_defaults,
    reference_case,
    run,
    tensors,
    text_inputs,
)
from checks import (
    check_checkpoint,
    check_compiled,
    check_compiled_steps,
    check_decoder_alone,
    check_golden,
    check_golden_image,
    check_gradients,
    check_head,
    check_names,
    check_round_trip,
    check_seed,
    check_seq2seq_steps,
    check_steps,
    gradients,
)

__all__ = [
    "Case", "Family", "MARK", "TOLERANCE", "array", "assert_close", "auto", "check_checkpoint", "check_compiled", "check_compiled_steps",
    "check_decoder_alone", "check_golden", "check_golden_image", "check_gradients", "check_head", "check_names", "check_round_trip",
    "check_seed", "check_seq2seq_steps", "check_steps", "decoder_alone_tests", "ends_of_text", "family_tests", "flat", "gradients",
    "heads", "move_off_defaults", "reference_case", "run", "tensors", "text_inputs",
]  # fmt: skip


def heads(family: Family) -> list[str]:
    """The Auto classes that triform has for a family."""
    from triform.auto.registry import auto_classes, row

    return list(auto_classes(row(family.model_type)))


def decoder_alone_tests(family: Family) -> dict[str, Any]:
    """The tests of an encoder–decoder's decoder as a model of its own, for a test file's namespace."""
    group = pytest.mark.xdist_group(family.model_type)

    @group
    def test_decoder_alone_equals_the_whole(backend):
        check_decoder_alone(family, backend)

    @group
    def test_decoder_alone_padded_on_the_left(backend):
        check_head(family, "AutoModelForCausalLM", backend, left=True)

    @group
    @pytest.mark.parametrize(("capacity", "left"), [(True, True), (16, False)])
    def test_decoder_alone_in_steps(backend, capacity, left):
        check_steps(family, "AutoModelForCausalLM", backend, capacity, left)

    @group
    def test_decoder_alone_in_compiled_steps(backend):
        check_compiled_steps(family, "AutoModelForCausalLM", backend)

    @group
    def test_decoder_alone_whose_positions_are_given(backend):
        """Padding on the left then changes nothing: this is how generation reads prompts of several lengths."""
        case = reference_case(family, "AutoModelForCausalLM")
        model = auto(backend, "AutoModelForCausalLM").from_pretrained(case.folder)
        ids = case.inputs["input_ids"]
        want = run(backend, model, {"input_ids": ids})["logits"]
        pads = lambda x, value: np.pad(x, ((0, 0), (4, 0)), constant_values=value)
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        given = {"input_ids": pads(ids, 5), "attention_mask": pads(np.ones_like(ids), 0), "position_ids": pads(places, 0)}
        assert_close({"logits": run(backend, model, given)["logits"][:, 4:]}, {"logits": want}, family.tolerance)

    return {name: value for name, value in locals().items() if name.startswith("test_")}


def family_tests(family: Family, *, main: str | None = None) -> dict[str, Any]:
    """The tests of a family, for a test file's namespace: `globals().update(family_tests(FAMILY))`.

    Args:
        main: the Auto class that is compiled, differentiated and passed between the backends; default: the first with a loss.
    """
    every = heads(family)
    with_loss = [h for h in every if h not in ("AutoModel", "AutoModelForTextEncoding", "AutoBackbone") and h not in family.skip]
    chosen = main or (with_loss or every)[0]
    group = pytest.mark.xdist_group(family.model_type)

    @group
    @pytest.mark.parametrize("auto_class", every)
    def test_head_equals_reference(auto_class, backend):
        check_head(family, auto_class, backend)

    @group
    @pytest.mark.parametrize("variant", family.variants)
    def test_variant_equals_reference(variant, backend):
        for auto_class in family.variant_heads:
            check_head(family, auto_class, backend, variant)

    @group
    @pytest.mark.skipif(not family.decoder, reason="no decoder")
    def test_padding_on_the_left_equals_reference(backend):
        check_head(family, chosen, backend, left=True)

    @group
    @pytest.mark.parametrize(("capacity", "left"), [(True, True), (16, False)])
    def test_steps_equal_one_pass(backend, capacity, left):
        check_steps(family, chosen, backend, capacity, left)

    @group
    @pytest.mark.parametrize("capacity", [True, 16])
    def test_decoder_steps_equal_one_pass(backend, capacity):
        check_seq2seq_steps(family, chosen, backend, capacity)

    @group
    def test_compiled_steps_equal_one_pass(backend):
        check_compiled_steps(family, chosen, backend)

    @group
    @pytest.mark.parametrize("auto_class", [h for h in every if h not in family.skip])
    def test_names_are_the_reference_s(auto_class, tmp_path):
        check_names(family, auto_class, tmp_path)

    @group
    def test_round_trip_through_backends(backend, tmp_path):
        check_round_trip(family, chosen, backend, tmp_path)

    @group
    def test_the_same_seed_gives_the_same_weights():
        check_seed(family, chosen)

    @group
    def test_compiled_equals_eager(backend):
        check_compiled(family, chosen, backend)

    @group
    @pytest.mark.skipif(chosen not in with_loss, reason="no loss")
    def test_gradients_agree():
        check_gradients(family, chosen)

    made = {name: value for name, value in locals().items() if name.startswith("test_")}
    if not family.variants:
        made.pop("test_variant_equals_reference")
    if not family.seq2seq:
        made.pop("test_decoder_steps_equal_one_pass")
    if not family.decoder:
        made.pop("test_padding_on_the_left_equals_reference")
        made.pop("test_steps_equal_one_pass")
        made.pop("test_compiled_steps_equal_one_pass")
    return made
