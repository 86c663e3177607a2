"""Configuration of Swin V2."""

from collections.abc import Iterator

from triform.configs.images import pair
from triform.configs.swin import SwinConfig


class Swinv2Config(SwinConfig):
    """Hyper-parameters of Swin V2: those of Swin, and pretrained_window_sizes.

    Attributes:
        pretrained_window_sizes: of each stage, the windows that its distances were learned in; 0 for its own.
    """

    model_type = "swinv2"

    pretrained_window_sizes: list[int] = [0, 0, 0, 0]

    @property
    def resolutions(self) -> list[int]:
        """The height of each stage's map, for images of image_size: windows are not larger, and those that cover it are not moved."""
        height = pair(self.image_size)[0] // pair(self.patch_size)[0]
        return [height // 2**stage for stage in range(len(self.depths))]

    def validate(self) -> Iterator[str]:
        yield from super().validate()
        if len(self.pretrained_window_sizes) < len(self.depths):
            yield f"pretrained_window_sizes={list(self.pretrained_window_sizes)} should have an entry for each of {len(self.depths)} stages"
        if min(self.resolutions, default=1) < 1:
            yield f"image_size={self.image_size} leaves nothing for {len(self.depths)} stages of patch_size={self.patch_size}"
