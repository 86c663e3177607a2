"""What configs of an image model and a text model, trained together, have in common."""

from typing import Any, Self

from triform.configs.base import PretrainedConfig


class ImageTextConfig(PretrainedConfig):
    """Two configs: `text_config` and `vision_config`, each a config, or a dictionary of its fields. A subclass says `sub_configs`."""

    text_config: Any
    vision_config: Any

    def __init__(self, **kwargs: Any) -> None:
        for name in ("text_config", "vision_config"):
            older = kwargs.pop(f"{name}_dict", None)  # of older files, where it counts alone
            if older is not None:
                kwargs[name] = older
        super().__init__(**kwargs)

    @classmethod
    def from_text_vision_configs(cls, text_config: Any, vision_config: Any, **kwargs: Any) -> Self:
        """The config of both parts, which are copied."""
        return cls(text_config=text_config.copy(), vision_config=vision_config.copy(), **kwargs)


def text_part(config: Any) -> Any:
    """The config of the text model, of a config of both or of that alone."""
    return getattr(config, "text_config", config)


def vision_part(config: Any) -> Any:
    """The config of the image model, of a config of both or of that alone."""
    return getattr(config, "vision_config", config)
