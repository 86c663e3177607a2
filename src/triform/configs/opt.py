"""Configuration of OPT."""

from collections.abc import Iterator, Mapping
from typing import Any

from triform.configs.base import PretrainedConfig

FILED = "_remove_final_layer_norm"  # the one field that config.json begins with an underscore


class OPTConfig(PretrainedConfig):
    """Hyper-parameters of OPT; names and defaults are those of config.json."""

    model_type = "opt"
    attribute_map = {FILED: "remove_final_layer_norm"}

    # how large it is
    ffn_dim: int = 3072
    hidden_size: int = 768
    max_position_embeddings: int = 2048
    num_attention_heads: int = 12
    num_hidden_layers: int = 12
    vocab_size: int = 50272
    word_embed_proj_dim: int | None = None

    # what it computes
    activation_function: str = "relu"
    do_layer_norm_before: bool = True
    enable_bias: bool = True
    layer_norm_elementwise_affine: bool = True
    remove_final_layer_norm: bool = False

    # training: what is dropped, what weights start as
    attention_dropout: float = 0.0
    dropout: float = 0.1
    init_std: float = 0.02
    layerdrop: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 2
    pad_token_id: int | None = 1
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.word_embed_proj_dim is None:
            self.word_embed_proj_dim = self.hidden_size

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], **kwargs: Any) -> Any:
        given = dict(data)
        if FILED in given:
            given["remove_final_layer_norm"] = given.pop(FILED)
        return super().from_dict(given, **kwargs)

    def to_dict(self) -> dict[str, Any]:
        out = super().to_dict()
        out[FILED] = out.pop("remove_final_layer_norm")
        return out

    def validate(self) -> Iterator[str]:
        if self.num_attention_heads < 1 or self.hidden_size % self.num_attention_heads:
            yield f"hidden_size={self.hidden_size} is not a multiple of num_attention_heads={self.num_attention_heads}"
