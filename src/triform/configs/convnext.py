"""Configuration of ConvNeXT."""

from collections.abc import Iterator

from triform.configs.backbones import BackboneConfig, numbered_stages, stage_sizes_problems


class ConvNextConfig(BackboneConfig):
    """Hyper-parameters of ConvNeXT; names and defaults are those of config.json.

    Attributes:
        patch_size: by how much the stem divides height and width; every later stage halves them.
        hidden_sizes, depths: channels and layers of each of the num_stages stages.
        layer_scale_init_value: what the scales of residual branches start as; 0: there are none.
        image_size: of the images that the checkpoint was trained on; those of any other size pass too.
    """

    model_type = "convnext"

    # how large it is
    depths: list[int] = [3, 3, 9, 3]
    hidden_sizes: list[int] = [96, 192, 384, 768]
    image_size: int = 224
    num_channels: int = 3
    num_stages: int = 4
    patch_size: int = 4

    # what it computes
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12

    # training: what is dropped, what weights start as
    drop_path_rate: float = 0.0
    initializer_range: float = 0.02
    layer_scale_init_value: float = 1e-6

    @property
    def stage_names(self) -> list[str]:
        """ "stem", "stage1", …, one for each entry of depths."""
        return numbered_stages(len(self.depths))

    def validate(self) -> Iterator[str]:
        yield from stage_sizes_problems(self)
        if self.num_stages != len(self.depths):
            yield f"num_stages={self.num_stages} and depths={list(self.depths)} do not agree"
        yield from self.stage_problems()
