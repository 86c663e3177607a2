"""Names and layouts of TensorFlow and Flax: rule by rule, and there and back."""

import numpy as np
import pytest
from weightfiles import held, same

from triform.errors import CorruptFileError, InputError
from triform.weights.checkpoint import Checkpoint
from triform.weights.foreign_names import to_pytorch
from triform.weights.foreign_saving import STYLES, to_flax, to_tensorflow


def counting(*shape: int):
    return held(np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape))


def converted(name: str, tensor, format: str = "tf", **expected):
    """(name, tensor) of one converted tensor; expected shapes by names with __ for dots."""
    wanted = {key.replace("__", "."): shape for key, shape in expected.items()}
    ((found, made),) = to_pytorch(Checkpoint({name: tensor}, format=format), wanted).items()
    assert made.read().shape == made.shape
    return found, made.read()


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("bert/encoder/layer_._0/attention/self/query/bias:0", "bert.encoder.layer.0.attention.self.query.bias"),
        ("model/decoder/layers.11/fc1/bias:0", "model.decoder.layers.11.fc1.bias"),
        ("mlm___cls/predictions/transform/LayerNorm/gamma:0", "cls.predictions.transform.LayerNorm.weight"),
        ("bert/embeddings/LayerNorm/beta:0", "bert.embeddings.LayerNorm.bias"),
        ("regnet/normalization/moving_variance:0", "regnet.normalization.running_var"),
        ("regnet/normalization/moving_mean:0", "regnet.normalization.running_mean"),
        ("bert/embeddings/word_embeddings/weight:0", "bert.embeddings.word_embeddings.weight"),
        ("transformer/wte/embeddings:0", "transformer.wte.weight"),
        ("shared/shared/embeddings:0", "shared.weight"),
        ("model.shared/model.shared/embeddings:0", "model.shared.weight"),
        ("funnel/encoder/blocks_._0_._1/ffn/bias:0", "funnel.encoder.blocks.0.1.ffn.bias"),
        ("conv/depthwise_kernel:0", "conv.depthwise.weight"),
        ("final_logits_bias:0", "final_logits_bias"),
    ],
)
def test_tensorflow_names(foreign, ours):
    assert converted(foreign, counting(3))[0] == ours


@pytest.mark.parametrize(
    ("foreign", "ours"),
    [
        ("encoder.layer.0.output.LayerNorm.scale", "encoder.layer.0.output.LayerNorm.weight"),
        ("params.embedder.bias", "embedder.bias"),
        ("batch_stats.embedder.normalization.mean", "embedder.normalization.running_mean"),
        ("batch_stats.embedder.normalization.var", "embedder.normalization.running_var"),
        ("shared.embedding", "shared.weight"),
        ("encoder.final_layer_norm.weight", "encoder.final_layer_norm.weight"),
    ],
)
def test_flax_names(foreign, ours):
    assert converted(foreign, counting(3), "flax")[0] == ours


@pytest.mark.parametrize("format", ["tf", "flax"])
def test_layouts(format):
    dot = "/" if format == "tf" else "."
    kernel = counting(2, 3)
    assert np.array_equal(converted(f"a{dot}kernel", kernel, format)[1], kernel.read().T)
    kernel = counting(2, 3, 4)
    assert np.array_equal(converted(f"a{dot}kernel", kernel, format)[1], kernel.read().transpose(2, 1, 0))
    kernel = counting(2, 3, 4, 5)
    assert np.array_equal(converted(f"a{dot}kernel", kernel, format)[1], kernel.read().transpose(3, 2, 0, 1))
    matrix = counting(2, 3)
    assert np.array_equal(converted(f"a{dot}weight", matrix, format)[1], matrix.read())


def test_projections_of_transformer_xl_are_transposed():
    matrix = counting(2, 3)
    for name in ("transformer/word_emb/emb_projs_._0:0", "crit/out_projs_._1:0"):
        assert np.array_equal(converted(name, matrix)[1], matrix.read().T)


def test_sizes_of_one_are_made_to_agree_and_nothing_else():
    row = counting(1, 3)
    assert converted("h/c_attn/bias:0", row, h__c_attn__bias=(3,))[1].shape == (3,)
    assert converted("a/b:0", counting(3), a__b=(1, 1, 3))[1].shape == (1, 1, 3)
    assert (
        converted("a/depthwise_kernel:0", counting(5, 3, 1), a__depthwise__weight=(3, 1, 5))[1][:, 0].tolist()
        == counting(5, 3).read().T.tolist()
    )
    assert converted("a/b:0", counting(6), a__b=(2, 3))[1].shape == (6,)  # for the report of all mismatches
    assert converted("a/kernel:0", counting(2, 3), a__weight=(2, 3))[1].shape == (3, 2)


def test_what_is_expected_decides_between_names():
    assert converted("bert/pooler/dense/bias:0", counting(3), pooler__dense__bias=(3,))[0] == "pooler.dense.bias"
    assert converted("pooler.dense.bias", counting(3), "flax", bert__pooler__dense__bias=(3,))[0] == "bert.pooler.dense.bias"
    assert converted("encoder/bert/pooler/bias:0", counting(3), encoder__pooler__bias=(3,))[0] == "encoder.pooler.bias"
    assert converted("a/gamma:0", counting(3), a__gamma=(3,))[0] == "a.gamma"
    assert converted("a/weight_g:0", counting(3, 1, 1), a__weight_g=(1, 1, 3))[0] == "a.weight_g"
    assert converted("a.layer.layer_0.bias", counting(3), "flax", a__layer__0__bias=(3,))[0] == "a.layer.0.bias"
    found, bits = converted("a/weight_g:0", counting(3, 1, 1), a__parametrizations__weight__original0=(1, 1, 3))
    assert (found, bits.shape) == ("a.parametrizations.weight.original0", (1, 1, 3))
    # the first part is dropped only where the model has no such part, and added only where that is unambiguous
    assert converted("cls/bias:0", counting(3), bias=(3,), cls__other=(3,))[0] == "cls.bias"
    assert converted("bias", counting(3), "flax", a__bias=(3,), b__bias=(3,))[0] == "bias"


def test_names_that_cannot_be_are_refused_together():
    tensors = {"a" * 3000: counting(3), "___".join("abcdefghijklm"): counting(3), "": counting(3), "fine/kernel": counting(3)}
    with pytest.raises(CorruptFileError, match="tf that have no PyTorch names") as caught:
        to_pytorch(Checkpoint(tensors, format="tf"))
    assert str(caught.value).count("cannot be the name") == 3
    with pytest.raises(CorruptFileError, match=r"both called 'a\.weight'"):
        to_pytorch(Checkpoint({"a/gamma": counting(3), "a/weight": counting(4)}, format="tf"))


def test_pytorch_names_stay():
    checkpoint = Checkpoint({"a.kernel": counting(2, 3)}, format="pt")
    assert to_pytorch(checkpoint) is checkpoint


MODEL = {
    "bert.embeddings.word_embeddings.weight": counting(7, 4),
    "bert.embeddings.position_embeddings.weight": counting(5, 4),
    "bert.embeddings.LayerNorm.weight": counting(4),
    "bert.embeddings.LayerNorm.bias": counting(4),
    "bert.encoder.layer.0.dense.weight": counting(6, 4),
    "bert.encoder.layer.0.dense.bias": counting(6),
    "bert.rms.weight": counting(4),
    "bert.conv.weight": counting(2, 3, 5, 4),
    "bert.conv1d.weight": counting(2, 3, 5),
    "cls.predictions.bias": counting(7),
    "scale": held(np.array(2, np.float32)),
}


def test_there_and_back():
    shapes = {name: tensor.shape for name, tensor in MODEL.items()}
    flax = to_flax(MODEL)
    assert flax["bert.encoder.layer.0.dense.kernel"].shape == (4, 6)
    assert flax["bert.embeddings.word_embeddings.embedding"].shape == (7, 4)
    assert flax["bert.conv.kernel"].shape == (5, 4, 3, 2)
    assert {"bert.embeddings.LayerNorm.scale", "bert.rms.weight", "scale"} <= flax.keys()
    assert same(to_pytorch(Checkpoint(flax, format="flax"), shapes), MODEL)

    layers = to_tensorflow(MODEL, model_type="bert", model_class="BertForMaskedLM", prefix="bert")
    assert layers.keys() == {"bert", "mlm___cls", "scale"}
    assert "tf_bert_for_masked_lm/mlm___cls/predictions/bias:0" in layers["mlm___cls"]
    assert "tf_bert_for_masked_lm/bert/embeddings/word_embeddings/weight:0" in layers["mlm___cls"]  # the decoder is tied to it
    stored = {name.partition("/")[2] or name: tensor for variables in layers.values() for name, tensor in variables.items()}
    assert {"bert/encoder/layer_._0/dense/kernel:0", "bert/embeddings/LayerNorm/gamma:0", "bert/rms/weight:0"} <= stored.keys()
    assert same(to_pytorch(Checkpoint(stored, format="tf"), shapes), MODEL)


def test_running_values_make_a_collection_in_flax():
    tensors = {f"norm.{name}": counting(3) for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")}
    made = to_flax(tensors)
    assert made.keys() == {"params.norm.scale", "params.norm.bias", "batch_stats.norm.mean", "batch_stats.norm.var"}
    del tensors["norm.num_batches_tracked"]
    assert same(to_pytorch(Checkpoint(made, format="flax")), tensors)


def test_bfloat16_is_widened_exactly_for_tensorflow():
    values = np.array([1.0, -2.5, 1e30, np.inf], np.float32)
    bits = (values.view(np.uint32) >> 16).astype(np.uint16)
    layers = to_tensorflow({"bert.x.bias": held(bits, "bfloat16")}, model_type="bert", model_class="BertModel", prefix="bert")
    found = layers["bert"]["tf_bert_model/bert/x/bias:0"]
    assert found.dtype == "float32"
    assert np.array_equal(found.read(), (bits.astype(np.uint32) << 16).view(np.float32))


def test_unknown_spelling_is_refused():
    with pytest.raises(InputError, match="Did you mean 'roberta'"):
        to_tensorflow({}, model_type="robert", model_class="X")
    assert {"bert", "gpt2", "t5", "bart", "vit"} <= STYLES.keys()
