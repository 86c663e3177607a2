"""The keywords of `from_pretrained` that are about loading."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from triform.errors import InputError
from triform.weights.tensor import FLOATING


@dataclass(frozen=True)
class LoadOptions:
    """The keywords of `from_pretrained` that are about loading.

    Attributes:
        dtype: "auto" (what the checkpoint holds), a name such as "bfloat16", or a framework's dtype. `torch_dtype` is an older name for it.
        param_dtype: what the weights are kept as, where that is not what is computed with (Flax, TensorFlow).
        state_dict: use these weights instead of files.
        ignore_mismatched_sizes, ignore_missing: initialise such parts, with a warning, instead of an error.
        output_loading_info: return (model, info).
        variant: read model.<variant>.safetensors.
        use_safetensors: True: nothing else; False: never.
        key_mapping: {pattern: replacement} for names in the checkpoint.
        gguf_file: read this .gguf of the checkpoint; where there is no config.json, its metadata make the config.
        adapter: PyTorch: where an adapter (PEFT) lies that is put onto the model. One that is loaded by its own name brings its base.
        attn_implementation: "sdpa" or "eager".
        device_map: PyTorch: the device for the whole model.
        weights_only, from_tf, from_flax, from_pt, low_cpu_mem_usage, trust_remote_code: accepted as the reference's; every format is read
            as data, and no code of a checkpoint is run.
    """

    dtype: Any = None
    torch_dtype: Any = None
    param_dtype: Any = None
    state_dict: Any = None
    ignore_mismatched_sizes: bool = False
    ignore_missing: bool = False
    output_loading_info: bool = False
    variant: str | None = None
    use_safetensors: bool | None = None
    key_mapping: Mapping[str, str] | None = None
    gguf_file: str | None = None
    adapter: Any = None
    attn_implementation: str | None = None
    device_map: Any = None
    weights_only: bool = True
    from_tf: bool = False
    from_flax: bool = False
    from_pt: bool = False
    low_cpu_mem_usage: bool | None = None
    trust_remote_code: bool | None = None

    @property
    def dtype_name(self) -> str:
        """`dtype` as a name."""
        wanted = self.dtype if self.dtype is not None else self.torch_dtype
        return "auto" if wanted is None else dtype_name(wanted)

    @property
    def storage_name(self) -> str:
        """What the weights are kept as."""
        return self.dtype_name if self.param_dtype is None else dtype_name(self.param_dtype)


LOAD_KEYWORDS = frozenset(f.name for f in fields(LoadOptions))


def dtype_name(dtype: Any) -> str:
    """ "float16" for torch.float16, np.float16, jnp.float16, tf.float16 or "float16"; "auto" stays.

    Raises: InputError where it is none that weights can have.
    """
    name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    name = name.removeprefix("torch.")
    name = {"half": "float16", "float": "float32", "double": "float64"}.get(name, name)
    if name != "auto" and name not in FLOATING:
        raise InputError(f"dtype={dtype!r} is none that weights can have. Choose from: auto, {', '.join(sorted(FLOATING))}.")
    return name


def choose_attention(config: Any, name: str | None) -> None:
    """Sets how attention is computed. Raises InputError for a way that triform does not have."""
    if name is None:
        return
    if name not in ("sdpa", "eager"):
        raise InputError(
            f"attn_implementation={name!r} is none that triform has. Choose 'sdpa' (fused where the framework can) or 'eager'."
        )
    config._attn_implementation = name
