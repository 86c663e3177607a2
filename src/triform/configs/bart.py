"""Configuration of BART."""

from collections.abc import Iterator
from typing import Any, ClassVar

from triform.configs.base import PretrainedConfig


class BartConfig(PretrainedConfig):
    """Hyper-parameters of BART; names and defaults are those of config.json."""

    model_type = "bart"
    classes: ClassVar[int] = 3  # of a classifier, where the file names none
    attribute_map = {"num_attention_heads": "encoder_attention_heads", "hidden_size": "d_model", "num_hidden_layers": "encoder_layers"}

    # how large it is
    d_model: int = 1024
    decoder_attention_heads: int = 16
    decoder_ffn_dim: int = 4096
    decoder_layers: int = 12
    encoder_attention_heads: int = 16
    encoder_ffn_dim: int = 4096
    encoder_layers: int = 12
    max_position_embeddings: int = 1024
    vocab_size: int = 50265

    # what it computes
    activation_function: str = "gelu"

    # training: what is dropped, what weights start as
    activation_dropout: float = 0.0
    attention_dropout: float = 0.0
    classifier_dropout: float = 0.0
    decoder_layerdrop: float = 0.0
    dropout: float = 0.1
    encoder_layerdrop: float = 0.0
    init_std: float = 0.02

    # tokens, and what is kept of them
    bos_token_id: int | None = 0
    decoder_start_token_id: int | None = 2
    eos_token_id: int | list[int] | None = 2
    forced_eos_token_id: int | list[int] | None = 2
    is_encoder_decoder: bool = True
    pad_token_id: int | None = 1
    scale_embedding: bool = False
    use_cache: bool = True

    def __init__(self, **kwargs: Any) -> None:
        if not {"id2label", "num_labels"} & kwargs.keys():
            kwargs["num_labels"] = self.classes
        super().__init__(**kwargs)

    def validate(self) -> Iterator[str]:
        for name in ("encoder_attention_heads", "decoder_attention_heads"):
            heads = getattr(self, name)
            if heads < 1 or self.d_model % heads:
                yield f"d_model={self.d_model} is not a multiple of {name}={heads}"
