"""Configuration of the Swin that MaskFormer has under names of its own."""

from collections.abc import Iterator

from triform.configs.swin import SwinConfig


class MaskFormerSwinConfig(SwinConfig):
    """Hyper-parameters of MaskFormer's Swin; those of Swin."""

    model_type = "maskformer-swin"

    def stage_problems(self) -> Iterator[str]:
        yield from super().stage_problems()
        if "stem" in (self.out_features or ()):
            yield "out_features names the stem, which gives no map here"
