"""Configuration of Mixtral."""

from collections.abc import Iterator

from triform.configs.llama import LlamaConfig


class MixtralConfig(LlamaConfig):
    """Hyper-parameters of Mixtral; names and defaults are those of config.json."""

    model_type = "mixtral"

    # how large it is
    intermediate_size: int = 14336
    max_position_embeddings: int = 4096 * 32
    num_experts_per_tok: int = 2
    num_key_value_heads: int | None = 8
    num_local_experts: int = 8
    sliding_window: int | None = None

    # what it computes
    output_router_logits: bool = False
    rms_norm_eps: float = 1e-5
    rope_theta: float = 1e6

    # training: what is dropped, what weights start as
    router_aux_loss_coef: float = 0.001
    router_jitter_noise: float = 0.0

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if not 1 <= self.num_experts_per_tok <= self.num_local_experts:
            yield f"num_experts_per_tok={self.num_experts_per_tok} of num_local_experts={self.num_local_experts} cannot be chosen"
