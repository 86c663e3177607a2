"""Configuration of BLIP's text model."""

from collections.abc import Iterator

from triform.configs.base import PretrainedConfig
from triform.configs.images import head_problems


class BlipTextConfig(PretrainedConfig):
    """Hyper-parameters of BLIP's text model; names and defaults are those of config.json.

    Attributes:
        is_decoder: whether its layers can look at images.
        encoder_hidden_size: width of what they look at.
        bos_token_id: what answers and captions begin with; sep_token_id: what they end with.
        label_smoothing: share of the loss that is spread over all words.
    """

    model_type = "blip_text_model"

    # how large it is
    encoder_hidden_size: int = 768
    hidden_size: int = 768
    intermediate_size: int = 3072
    max_position_embeddings: int = 512
    num_attention_heads: int = 8
    num_hidden_layers: int = 12
    projection_dim: int = 768
    vocab_size: int = 30524

    # what it computes
    hidden_act: str = "gelu"
    is_decoder: bool = True
    layer_norm_eps: float = 1e-12

    # training: what is dropped, what weights start as
    attention_probs_dropout_prob: float = 0.0
    hidden_dropout_prob: float = 0.0
    initializer_range: float = 0.02
    label_smoothing: float = 0.0

    # tokens, and what is kept of them
    bos_token_id: int | None = 30522
    eos_token_id: int | list[int] | None = 2
    pad_token_id: int | None = 0
    sep_token_id: int | None = 102
    use_cache: bool = True

    def validate(self) -> Iterator[str]:
        yield from head_problems(self)
