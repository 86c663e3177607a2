"""Configuration of OPT."""

from collections.abc import Iterator, Mapping
from typing import Any

from triform.configs.base import PretrainedConfig

FILED = "_remove_final_layer_norm"  # the one field that config.json begins with an underscore


class OPTConfig(PretrainedConfig):
    """Hyper-parameters of OPT; names and defaults are those of config.json."""

    model_type = "opt"
    attribute_map = {FILED: "remove_final_layer_norm"}

    vocab_size: int = 50272
    hidden_size: int = 768
    num_hidden_layers: int = 12
    ffn_dim: int = 3072
    max_position_embeddings: int = 2048
    do_layer_norm_before: bool = True
    remove_final_layer_norm: bool = False
    word_embed_proj_dim: int | None = None
    dropout: float = 0.1
    attention_dropout: float = 0.0
    num_attention_heads: int = 12
    activation_function: str = "relu"
    layerdrop: float = 0.0
    init_std: float = 0.02
    use_cache: bool = True
    pad_token_id: int | None = 1
    bos_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 2
    enable_bias: bool = True
    layer_norm_elementwise_affine: bool = True

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
