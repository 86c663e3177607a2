"""PyTorch-named tensors as the reference library's TensorFlow and Flax classes store them; `foreign_names` has the way back.

What a `weight` becomes depends on its layer, which is told from its rank, its neighbours and its name: a vector beside a bias is a
norm's, a matrix of a layer that is called an embedding is that, every other matrix is a linear layer's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from triform.errors import InputError, nearest
from triform.weights.lazy import flipped, permuted, reshaped, widened
from triform.weights.tensor import LazyTensor

EMBEDDING = re.compile(
    r"(embeddings?(_\d+)?|embed_(tokens|positions)|(tokens|positions)_embed|(^|\.)(wte|wpe|w|shared)|relative_attention_bias)$"
)
NOT_STORED = re.compile(r"(^|\.)(position_ids|num_batches_tracked)$")  # constants and counters, which neither library keeps
WEIGHT_NORM = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}
CONV_AXES = (2, 3, 1, 0)  # (out, in, H, W) -> (H, W, in, out)


@dataclass(frozen=True)
class Style:
    """How TensorFlow's classes of a model type name their variables.

    Attributes:
        lists: what stands between a list and an index: "layer_._0" or "layers.0".
        prefixed: base models, too, keep everything under the base model's prefix.
        own: layers whose matrix is called "weight" and is not transposed.
        rows: layers of GPT-2's kind, (in, out) in both libraries, whose bias is a row (1, out).
        respelled: (pattern, replacement) for what follows no rule.
        shared: (pattern of layers, pattern of variables): these layers list those variables of others as theirs, too.
        doubled: (path, path): a second variable of equal values.
    """

    lists: str = "_._"
    prefixed: bool = True
    own: str = "word_embeddings?|token_embedding|tokens_embed"
    rows: str = "(?!)"
    respelled: tuple[tuple[str, str], ...] = ()
    shared: tuple[str, str] = (
        "mlm___cls|cls|lm_head|vocab_projector|generator_lm_head|predictions|pred_layer_._proj",
        "[^/]+/[^/]+/embeddings/",
    )
    doubled: tuple[str, str] | None = None


_PLAIN = Style()
_GPT2 = Style(rows="c_attn|c_fc|c_proj")
_CLS = (("^cls/predictions/", "mlm___cls/predictions/"), ("^cls/seq_relationship/", "nsp___cls/seq_relationship/"))
_BERT = Style(respelled=_CLS)
_BART = Style(lists=".", respelled=((r"^(\w+)/shared/", r"\1.shared/"), (r"^(\w+)/(en|de)coder/embed_tokens/.*", "")))
_T5 = Style(prefixed=False, respelled=((r"^(en|de)coder/embed_tokens/.*", ""),), shared=("encoder|decoder", "shared/"))
_TWO_LEVEL = ((r"^decoder[._]+(\d)/", r"decoder/\1/"),)
_XLM = Style(own="embeddings", respelled=((r"^pred_layer/proj/", "pred_layer_._proj/"),))

# The model types whose variables follow from these rules; each was held against the variables of the reference library's classes
STYLES: dict[str, Style] = {
    **dict.fromkeys(
        ["camembert", "deberta", "deberta-v2", "distilbert", "electra", "funnel", "longformer", "roberta", "roberta-prelayernorm",
         "tapas", "vit", "xlm-roberta"], _PLAIN,
    ),
    **dict.fromkeys(["bert", "layoutlm", "roformer"], _BERT),
    **dict.fromkeys(["gpt2", "gpt-sw3", "openai-gpt"], _GPT2),
    **dict.fromkeys(["bart", "blenderbot", "blenderbot-small", "led", "marian", "mbart", "pegasus"], _BART),
    **dict.fromkeys(["t5", "mt5"], _T5),
    **dict.fromkeys(["convnext", "efficientformer", "mistral", "mobilevit", "regnet", "resnet", "segformer"], Style(lists=".")),
    **dict.fromkeys(["xlm", "flaubert"], _XLM),
    "albert": Style(doubled=("predictions/bias", "predictions/decoder/bias")),
    "deit": Style(respelled=_TWO_LEVEL),
    "dpr": Style(prefixed=False),
    "gptj": Style(own="wte"),
    "layoutlmv3": Style(lists=".", own="(?!)"),
    "opt": Style(lists=".", own="embed_tokens"),
    "swin": Style(lists=".", respelled=_TWO_LEVEL),
    "xlnet": Style(shared=("lm_loss", "[^/]+/transformer/word_embedding/")),
    "whisper": Style(lists=".", own="embed_positions"),
}  # fmt: skip


def to_flax(tensors: Mapping[str, LazyTensor]) -> dict[str, LazyTensor]:
    """The tensors under Flax's names and in its layouts, as `msgpack.write_msgpack` takes them."""
    running = any(name.endswith("running_mean") for name in tensors)
    made: dict[str, LazyTensor] = {}
    for name, tensor in _stored(tensors):
        path, _, last = name.rpartition(".")
        kind = _kind(name, tensors)
        new = {"kernel": "kernel", "embedding": "embedding", "norm": "scale" if last == "weight" else last}.get(kind, last)
        new = {"running_mean": "mean", "running_var": "var"}.get(new, new)
        collection = ("batch_stats." if last.startswith("running_") else "params.") if running else ""
        made[f"{collection}{path}.{new}" if path else f"{collection}{new}"] = _to_kernel(tensor) if kind == "kernel" else tensor
    return made


def to_tensorflow(
    tensors: Mapping[str, LazyTensor], *, model_type: str, model_class: str, prefix: str = ""
) -> dict[str, dict[str, LazyTensor]]:
    """The tensors under TensorFlow's names and in its layouts, by layer, as `hdf5.write_hdf5` takes them.

    Args:
        tensors: all of a model, under PyTorch's names. bfloat16 is widened to float32.
        model_type: of the config; it decides how lists and some layers are spelled.
        model_class: "TFBertForMaskedLM" or "BertForMaskedLM".
        prefix: the base model's part in names, such as "bert"; base models get it.

    Returns: layer -> {"tf_bert_for_masked_lm/bert/pooler/dense/kernel:0": tensor}.
    Raises: InputError for a model type whose spelling is not known.
    """
    style = STYLES.get(model_type)
    if style is None:
        raise InputError(
            f"How TensorFlow's classes of model type {model_type!r} name their variables is not known, so no .h5 can be written for them."
            f"{nearest(model_type, STYLES)} Save as safetensors, which every backend reads."
        )
    bare = bool(prefix) and style.prefixed and not any(name.startswith(f"{prefix}.") for name in tensors)
    root = _snake("TF" + model_class.removeprefix("TF"))
    layers: dict[str, dict[str, LazyTensor]] = {}
    for name, tensor in _stored(tensors):
        path = _spelled(name, tensors, style, f"{prefix}." if bare else "")
        if not path:
            continue
        first, inside, _ = path.partition("/")
        layer = first.removesuffix(".shared")
        # what lies outside of every layer of the model (one tensor, or an embedding that several layers share) is named after itself
        full = f"{path}:0" if not inside else f"{first}/{path}:0" if first.endswith("shared") else f"{root}/{path}:0"
        made = layers.setdefault(layer, {})[full] = widened(_in_tensorflow(name, tensor, tensors, style))
        if style.doubled and path == style.doubled[0]:
            layers[layer][f"{root}/{style.doubled[1]}:0"] = made
    shared_by, shared = style.shared
    for layer in [layer for layer in layers if re.fullmatch(shared_by, layer)]:
        for other in [other for other in layers if other != layer]:
            layers[layer] |= {name: tensor for name, tensor in layers[other].items() if re.match(shared, name)}
    return layers


def _stored(tensors: Mapping[str, LazyTensor]) -> Iterable[tuple[str, LazyTensor]]:
    """Names with weight norm's two parts called as before there were parametrisations, without constants."""
    for name, tensor in tensors.items():
        if not NOT_STORED.search(name):
            for new, old in WEIGHT_NORM.items():
                name = name.removesuffix(new) + old if name.endswith(new) else name
            yield name, tensor


def _kind(name: str, tensors: Mapping[str, LazyTensor]) -> str:
    """ "kernel", "embedding", "norm" (its bias, too), or "own" for what is called the same everywhere."""
    path, _, last = name.rpartition(".")
    weight, biased = tensors.get(f"{path}.weight"), f"{path}.bias" in tensors
    if last not in ("weight", "bias") or weight is None:
        return "own"
    rank = len(weight.shape)
    if rank == 1:
        return "norm" if biased else "own"
    if last == "bias":
        return "own"
    return "embedding" if rank == 2 and not biased and EMBEDDING.search(path) else "kernel"


def _spelled(name: str, tensors: Mapping[str, LazyTensor], style: Style, prefix: str) -> str:
    """A TensorFlow path without the model's own name: "bert/encoder/layer_._0/output/dense/kernel"; "" for what it does not keep."""
    path, _, last = name.rpartition(".")
    kind, layer = _kind(name, tensors), path.rpartition(".")[2]
    if kind == "norm":
        last = {"weight": "gamma", "bias": "beta"}[last]
    elif kind == "embedding":
        last = "weight" if re.fullmatch(style.own, layer) else "embeddings"
    elif kind == "kernel":
        last = "weight" if re.fullmatch(style.rows, layer) else "kernel"
    last = {"running_mean": "moving_mean", "running_var": "moving_variance"}.get(last, last)
    levels = (prefix + (f"{path}." if path else "") + last).split(".")
    spelled = levels[0] + "".join(f"{style.lists}{level}" if level.isdigit() else f"/{level}" for level in levels[1:])
    for pattern, replacement in style.respelled:
        spelled = re.sub(pattern, replacement, spelled)
    return spelled


def _in_tensorflow(name: str, tensor: LazyTensor, tensors: Mapping[str, LazyTensor], style: Style) -> LazyTensor:
    path, _, last = name.rpartition(".")
    if re.fullmatch(style.rows, path.rpartition(".")[2]):
        return tensor if last == "weight" else reshaped(tensor, (1, *tensor.shape))
    return _to_kernel(tensor) if _kind(name, tensors) == "kernel" else tensor


def _to_kernel(tensor: LazyTensor) -> LazyTensor:
    return permuted(tensor, CONV_AXES) if len(tensor.shape) == 4 else flipped(tensor)


def _snake(name: str) -> str:
    """A class name as Keras makes a scope of it: TFBertModel is tf_bert_model, TFGPT2LMHeadModel is tfgpt2lm_head_model."""
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()
