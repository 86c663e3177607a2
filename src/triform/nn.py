"""The layers that an architecture may use: THE specification. Editors and type checkers read it; each backend implements it.

Names and shapes of parameters are the checkpoint's on every backend: `Linear.weight` is (n_out, n_in) on Flax and Keras too.
A constructor allocates nothing: it records shape, dtype and initialiser. The loader, or the initialiser, makes each value once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from triform.ops import Size, Tensor

M = TypeVar("M", bound="Module")


class Module:
    """A layer with named parameters and named children. Authors write `__init__` and `forward`."""

    def __init__(self) -> None: ...
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...


class Model(Module):
    """A Module with a config, from_pretrained and save_pretrained.

    Class attributes: `config_class`; `prefix`, the name under which a model with a head holds the model without; `input_embeddings` and
    `output_embeddings`, the paths of what embeds tokens (from the base model) and of what projects onto them (from the whole model);
    `output_bias`, the name of an array (…, V) of the model's own that is added to the scores; `longest`, the field of the config that
    bounds the length of a text, where something does (a table of positions); `first_position`, where a text's positions begin;
    `window`, where all layers see so many tokens alone; `host_loss`, whether its loss matches sets on the host, which XLA cannot;
    `main_input_name`, its first input; `entries`, the methods beside `forward` that are called from outside and give an output.
    """

    config_class: Any
    prefix: str
    input_embeddings: str = ""
    output_embeddings: str = ""
    output_bias: str = ""
    main_input_name: str = "input_ids"
    entries: tuple[str, ...] = ()
    longest: str = ""
    first_position: int = 0
    window: int | None = None
    host_loss: bool = False
    config: Any
    base_model: Any  # the model without its head; itself, if it has none

    def __init__(self, config: Any) -> None: ...

    def resize_token_embeddings(self, new_num_tokens: int | None = None, pad_to_multiple_of: int | None = None) -> Any:
        """Gives the model another number of tokens; returns the layer that embeds them."""

    def generate(self, inputs: Any = None, **kwargs: Any) -> Any:
        """Tokens that go on from a prompt; see `triform.generating.Generating.generate`."""

    @classmethod
    def argument_names(cls) -> list[str]:
        """The inputs that a call takes, in order."""

    @classmethod
    def from_parts(cls, places: Mapping[str, Any], join: Callable[..., Any], options: dict[str, Any]) -> Any:
        """A model whose parts come from checkpoints of their own, in evaluation mode.

        Args:
            places: name of each part -> where its checkpoint lies, or None.
            join: part's name=config, …, fields -> the config of the whole.
            options: `<part>_model`, a model to take in place of a checkpoint; `<part>_config`; every other `<part>_…` is for that
                part's from_pretrained or a field of its config; what remains goes to `join`.
        """


class List(Module, Generic[M]):
    """Modules in order; their names are 0, 1, 2, …"""

    def __init__(self, modules: Iterable[M]) -> None: ...
    def __iter__(self) -> Iterator[M]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> M: ...


def Parameter(sizes: tuple[int, ...], init: Any = "normal") -> Any:
    """A trainable array that a layer holds by itself. Reading it is `self.name[...]`, on every backend.

    Args:
        init: what it starts as, unless the file's INIT says otherwise: "normal" (standard deviation `initializer_range`), "zeros", "ones".
    """


def Buffer(sizes: tuple[int, ...], dtype: str = "float32", init: Any = "zeros") -> Any:
    """An array that is saved and loaded but never trained. Reading it is `self.name[...]`."""


class Linear(Module):
    """x (…, n_in) -> x @ weightᵀ + bias (…, n_out). weight (n_out, n_in), bias (n_out,)."""

    weight: Any
    bias: Any

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class TransposedLinear(Module):
    """x (…, n_in) -> x @ weight + bias (…, n_out). weight (n_in, n_out), as GPT-2 checkpoints keep it; bias (n_out,)."""

    weight: Any
    bias: Any

    def __init__(self, n_in: int, n_out: int, bias: bool = True) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class Embedding(Module):
    """int (…) -> (…, width): rows of weight (n, width). The row `padding` starts as zeros and gets no gradient."""

    weight: Any

    def __init__(self, n: int, width: int, padding: int | None = None) -> None: ...
    def __call__(self, ids: Tensor) -> Tensor: ...


class LayerNorm(Module):
    """(x - mean) / sqrt(variance + eps) · weight + bias over the last axis, in float32 at least. weight, bias (width,)."""

    weight: Any
    bias: Any

    def __init__(self, width: int, eps: float = 1e-5, bias: bool = True) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class RMSNorm(Module):
    """x / sqrt(mean(x²) + eps) · (offset + weight) over the last axis, in float32 at least. weight (width,).

    `offset` is 1 for families (Gemma) whose weight is stored less one. Paper: Zhang & Sennrich, 2019, https://arxiv.org/abs/1910.07467.
    """

    weight: Any

    def __init__(self, width: int, eps: float = 1e-6, offset: float = 0.0) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class Conv1d(Module):
    """(B, n_in, T) -> (B, n_out, T'). weight (n_out, n_in / groups, size), bias (n_out,). Padding is of zeros, on both sides."""

    weight: Any
    bias: Any

    def __init__(
        self, n_in: int, n_out: int, size: int, stride: int = 1, padding: int = 0, dilation: int = 1, groups: int = 1, bias: bool = True
    ) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class Conv2d(Module):
    """(B, n_in, H, W) -> (B, n_out, H', W'). weight (n_out, n_in / groups, *size), bias (n_out,). One number stands for both axes."""

    weight: Any
    bias: Any

    def __init__(
        self, n_in: int, n_out: int, size: int | tuple[int, int], stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1, groups: int = 1, bias: bool = True,
    ) -> None: ...  # fmt: skip
    def kernel(self) -> Tensor:
        """What it convolves with: its weight, unless a subclass makes something of that first."""

    def __call__(self, x: Tensor) -> Tensor: ...


class Conv3d(Module):
    """(B, n_in, T, H, W) -> (B, n_out, T', H', W'). weight (n_out, n_in / groups, *size), bias (n_out,)."""

    weight: Any
    bias: Any

    def __init__(
        self, n_in: int, n_out: int, size: int | tuple[int, int, int], stride: int | tuple[int, int, int] = 1,
        padding: int | tuple[int, int, int] = 0, dilation: int | tuple[int, int, int] = 1, groups: int = 1, bias: bool = True,
    ) -> None: ...  # fmt: skip
    def __call__(self, x: Tensor) -> Tensor: ...


class ConvTranspose2d(Module):
    """(B, n_in, H, W) -> (B, n_out, (H - 1) · stride - 2 · padding + size, …). weight (n_in, n_out, *size), bias (n_out,)."""

    weight: Any
    bias: Any

    def __init__(
        self, n_in: int, n_out: int, size: int | tuple[int, int], stride: int | tuple[int, int] = 1, padding: int | tuple[int, int] = 0,
        bias: bool = True,
    ) -> None: ...  # fmt: skip
    def __call__(self, x: Tensor) -> Tensor: ...


class BatchNorm(Module):
    """(x - mean) / sqrt(variance + eps) · weight + bias by channel (axis 1), in float32 at least.

    In training the mean and variance are the batch's, and the running ones move towards them by `momentum`; else they are the running ones.
    weight, bias, running_mean, running_var (width,); num_batches_tracked () int64. Paper: https://arxiv.org/abs/1502.03167.
    """

    weight: Any
    bias: Any
    running_mean: Any
    running_var: Any
    eps: float

    def __init__(self, width: int, eps: float = 1e-5, momentum: float = 0.1) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class GroupNorm(Module):
    """As LayerNorm, over each of `groups` groups of channels (axis 1) and all places. Paper: https://arxiv.org/abs/1803.08494."""

    weight: Any
    bias: Any

    def __init__(self, groups: int, width: int, eps: float = 1e-5) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class Dropout(Module):
    """In training, zeroes each value with probability p and divides the others by 1 - p; else the identity."""

    def __init__(self, p: float) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


class Points(Module):
    """(n, m) -> places (n, m, d) in [0, 1), float32: in training at random, anew at each call; else the same m each time, spread evenly."""

    def __init__(self, d: int) -> None: ...
    def __call__(self, n: Size, m: int, *, like: Tensor) -> Tensor: ...


class Noise(Module):
    """x -> values from 0 to 1, all equally likely, float32, of the shape of x; drawn anew at each call, in evaluation too.

    They come from where Dropout's do; on Flax, outside training, they are the same each time unless `seed_dropout` started a stream.
    """

    def __init__(self) -> None: ...
    def __call__(self, x: Tensor) -> Tensor: ...


def record(kind: str, x: Tensor | tuple[Tensor, ...]) -> None:
    """Keeps x under `kind` ("hidden_states", "encoder_hidden_states", …) where the caller of the model asked for it."""


def recorded_as(kind: str, part: Any, *args: Any, **kwargs: Any) -> Any:
    """`part(*args, **kwargs)`, whose hidden states and attentions are kept under `kind`: "encoder_" or "decoder_"."""


def recorded_apart(part: Any, *args: Any, **kwargs: Any) -> Any:
    """`part(*args, **kwargs)`, an output, which itself keeps its hidden states and attentions, where the whole's caller asked for them."""


def part(config: Any, auto_class: str, **options: Any) -> Any:
    """A model of another architecture inside this one: of the class that "AutoModel", "AutoModelForCausalLM", … has for `config`.

    Args:
        options: what the class's constructor takes beside the config.

    Raises: UnsupportedTaskError, naming the Auto classes that take this config.
    """


def freeze(module: Module) -> None:
    """The arrays inside are saved and loaded, but not trained. On PyTorch they stay parameters, which do not require gradients."""


class Context:
    """The frame of one call of a stack of layers: positions, mask, cache. Blocks take `(x, context)`.

    Args:
        x: (B, T, …) what comes in, token ids or embeddings.
        attention_mask: (B, T), or (B, everything so far); nonzero for real tokens. Default: all of them.
        causal: a decoder: each token sees itself and what came before.
        past: the Cache that an earlier call returned.
        use_cache: True to make a Cache that grows, or an int: one with room for so many tokens.
        position_ids: (B, T) or (1, T). Default: counted on from the cache.
        window: a token sees only so many tokens, itself included.
        kind: prefix of what is recorded: "", "encoder_" or "decoder_".
        memory: (B, S, D), what cross attention looks at; memory_mask (B, S).
    """

    positions: Tensor
    numbered: bool  # whether position_ids were given, in this call or in an earlier one
    mask: Tensor | None
    causal: bool

    def __init__(
        self,
        x: Tensor,
        attention_mask: Tensor | None = None,
        *,
        causal: bool = False,
        past: Any = None,
        use_cache: bool | int = False,
        position_ids: Tensor | None = None,
        window: int | None = None,
        kind: str = "",
        memory: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> None: ...

    def remember(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Adds keys and values (B, H, T, D) to the cache; gives all there are, (B, H, S, D)."""

    def attend(
        self,
        layer: int,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        *,
        dropout: Any = None,
        bias: Tensor | None = None,
        scale: float | None = None,
        softcap: float | None = None,
        window: int | None = None,
    ) -> Tensor:
        """`remember`, then `ops.attention` under this call's mask. `window` narrows it for one layer."""

    def attend_memory(
        self,
        layer: int,
        q: Tensor,
        keys_values: Callable[[Tensor], tuple[Tensor, Tensor]],
        *,
        dropout: Any = None,
        bias: Tensor | None = None,
        scale: float | None = None,
    ) -> Tensor:
        """Cross attention to `memory`. `keys_values(memory)` gives k and v (B, H, S, D); it is called once per text, then cached."""

    def slots(self) -> tuple[Tensor, Tensor]:
        """Places of the queries (T,) and of the slots they look at (S,): what position biases are made of."""

    def real_slots(self) -> tuple[Tensor, Tensor]:
        """As `slots`, but each row counts its real tokens alone, and padding has -1: (B, T) and (B, S), or (1, …) where nothing is padded.

        For decoders only.
        """

    def cache(self) -> Any:
        """The Cache for the next call; None where none was asked for."""


__all__ = [
    "BatchNorm", "Buffer", "Context", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose2d", "Dropout", "Embedding", "GroupNorm", "LayerNorm",
    "Linear", "List", "Model", "Module", "Noise", "Parameter", "Points", "RMSNorm", "Size", "TransposedLinear", "freeze", "part", "record",
    "recorded_apart", "recorded_as",
]  # fmt: skip
