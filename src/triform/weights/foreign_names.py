"""TensorFlow's and Flax's names and layouts of tensors, into PyTorch's and back.

                     TensorFlow                        Flax                      PyTorch
    path             encoder/layer_._0/dense           encoder.layer.0.dense     encoder.layer.0.dense
    linear           kernel (in, out)                  kernel (in, out)          weight (out, in)
    convolution      kernel (H, W, in, out)            kernel (H, W, in, out)    weight (out, in, H, W)
    embedding        embeddings, or weight             embedding                 weight
    norm             gamma, beta                       scale, bias               weight, bias
    running values   moving_mean, moving_variance      mean, var in batch_stats  running_mean, running_var

Only exact conversions: axes are permuted by the rule of the name, and sizes of 1 come and go; nothing else is reshaped.
"""

import re
from collections.abc import Mapping

from triform.errors import CorruptFileError
from triform.weights.checkpoint import Checkpoint
from triform.weights.gguf_names import gguf_to_pytorch
from triform.weights.lazy import permuted, reshaped
from triform.weights.tensor import LazyTensor

Shape = tuple[int, ...]

# the last part of a foreign name -> what PyTorch calls it
TO_PYTORCH = {
    "kernel": "weight", "embeddings": "weight", "gamma": "weight", "beta": "bias",
    "moving_mean": "running_mean", "moving_variance": "running_var",
    "depthwise_kernel": "depthwise.weight", "pointwise_kernel": "pointwise.weight",
    "scale": "weight", "embedding": "weight", "mean": "running_mean", "var": "running_var",
    "weight_g": "parametrizations.weight.original0", "weight_v": "parametrizations.weight.original1",
}  # fmt: skip
KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")
ADAPTIVE = re.compile(r"(^|/)(emb_projs|out_projs)_")  # Transformer-XL's projections: kernels by another name
MOST_ALIASES = 10  # of "___" in one name


def to_pytorch(checkpoint: Checkpoint, expected: Mapping[str, Shape] | None = None) -> Checkpoint:
    """The same tensors under PyTorch's names and in its layouts; nothing is read yet.

    Args:
        checkpoint: of format "tf", "flax" or "gguf"; one of format "pt" is returned as it is.
        expected: names and shapes of the model that is to be filled. Where a foreign name can mean several, the one of these is taken,
            with or without the model's first part ("bert."); sizes of 1 are made to agree. Without it names follow the rules alone.

    Raises: CorruptFileError where two different tensors get the same name, or a name cannot be one.
    """
    if checkpoint.format == "gguf":
        return gguf_to_pytorch(checkpoint)
    if checkpoint.format not in ("tf", "flax"):
        return checkpoint
    names_of = _tensorflow_names if checkpoint.format == "tf" else _flax_names
    place = _Places(expected or {})
    tensors: dict[str, LazyTensor] = {}
    origin: dict[str, str] = {}
    problems: list[str] = []
    for foreign, tensor in checkpoint.items():
        names = names_of(foreign)
        if not names:
            problems.append(f"{foreign[:80]!r} cannot be the name of a tensor")
            continue
        name = place(names)
        axes = _axes(foreign, len(tensor.shape), checkpoint.format)
        made = _laid_out(tensor, axes, (expected or {}).get(name))
        if name in tensors and tensors[name].shape != made.shape:
            problems.append(f"{origin[name]!r} {tensors[name].shape} and {foreign!r} {made.shape} are both called {name!r}")
        tensors.setdefault(name, made)
        origin.setdefault(name, foreign)
    if problems:
        files = ", ".join(str(path) for path in checkpoint.files)
        raise CorruptFileError(f"{files}: names of {checkpoint.format} that have no PyTorch names:\n  " + "\n  ".join(problems[:20]))
    return Checkpoint(tensors, format="pt", files=checkpoint.files, metadata=checkpoint.metadata)


def _tensorflow_names(name: str) -> list[str]:
    """PyTorch's possible names of a TensorFlow variable, likeliest first: "bert/encoder/layer_._0/output/dense/kernel:0"."""
    if name.count("___") > MOST_ALIASES or len(name) > 2048:
        return []
    raw = name.removesuffix(":0").split("/")
    if len(raw) == 3 and raw[0] == raw[1]:  # an embedding that several layers share: "shared/shared/embeddings:0"
        raw = raw[1:]
    levels: list[str] = []
    for level in raw:
        levels += [part for part in level.rsplit("___", 1)[-1].split("_._") if part]  # mlm___cls is cls, layer_._0 is layer, 0
    return _spelled(levels)


def _flax_names(name: str) -> list[str]:
    levels = name.split(".")
    found = _spelled(levels[1:] if levels[0] in ("params", "batch_stats") else levels)
    return list(dict.fromkeys([*found, *(re.sub(r"\b(\w+)\.\1_(\d+)\.", r"\1.\2.", each) for each in found)]))  # layer.layer_0 is layer.0


def _spelled(levels: list[str]) -> list[str]:
    """With the last part as PyTorch has it, then as it stands, for parameters that are called so on their own."""
    if not levels or not all(levels):
        return []
    path = "".join(f"{level}." for level in levels[:-1])
    return list(dict.fromkeys(path + last for last in (TO_PYTORCH.get(levels[-1], levels[-1]), levels[-1])))


class _Places:
    """Where in the expected model a name belongs."""

    def __init__(self, expected: Mapping[str, Shape]) -> None:
        self.expected = expected
        self.inner: dict[str, list[str]] = {}  # name without its first part -> full names
        for name in expected:
            self.inner.setdefault(name.partition(".")[2], []).append(name)
        self.paths = {name[: dot.start()] for name in expected for dot in re.finditer(r"\.", name)}

    def __call__(self, names: list[str]) -> str:
        for find in (self._as_is, self._with_prefix, self._without_prefix, self._without_inner_prefix):
            for name in names:
                if (found := find(name)) is not None:
                    return found
        return names[0]

    def _as_is(self, name: str) -> str | None:
        return name if name in self.expected else None

    def _with_prefix(self, name: str) -> str | None:
        """A base model's tensor for a model with a head: "encoder…" for "bert.encoder…"."""
        found = self.inner.get(name, [])
        return found[0] if len(found) == 1 else None

    def _without_prefix(self, name: str) -> str | None:
        """A tensor under the base model's name for the base model itself: "bert.encoder…" for "encoder…"."""
        first, _, rest = name.partition(".")
        return rest if rest in self.expected and first not in self.paths else None

    def _without_inner_prefix(self, name: str) -> str | None:
        """The encoder of a composite, which TensorFlow keeps under its own prefix: "encoder.bert.encoder…" for "encoder.encoder…"."""
        first, _, rest = name.partition(".")
        second, _, last = rest.partition(".")
        joined = f"{first}.{last}"
        return joined if last and joined in self.expected and f"{first}.{second}" not in self.paths else None


def _axes(name: str, rank: int, format: str) -> Shape | None:
    """How to permute a foreign tensor's axes into PyTorch's; None to leave them."""
    last = re.split(r"[./]", name.removesuffix(":0"))[-1]
    if last == "kernel" and rank == 4:
        return (3, 2, 0, 1)
    if last in KERNELS or (format == "tf" and rank == 2 and ADAPTIVE.search(name)):
        return tuple(reversed(range(rank)))
    return None


def _laid_out(tensor: LazyTensor, axes: Shape | None, wanted: Shape | None) -> LazyTensor:
    """The tensor with its axes permuted, and with the sizes of 1 that are wanted, if it differs in nothing else."""
    shape = tensor.shape if axes is None else tuple(tensor.shape[axis] for axis in axes)
    if wanted is not None and _without_ones(wanted) == _without_ones(shape):
        shape = tuple(wanted)
    made = tensor if axes is None else permuted(tensor, axes)
    return made if made.shape == shape else reshaped(made, shape)


def _without_ones(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)
