"""The configuration of `echo`."""

from importlib.util import find_spec

from triform import AutoModel, PretrainedConfig


class EchoConfig(PretrainedConfig):
    """An embedding that says its input again, louder."""

    model_type = "echo"
    vocab_size: int = 16
    volume: float = 2.0

    @classmethod
    def register_models(cls) -> None:
        """The models of the frameworks that are installed."""
        if find_spec("torch") is not None:
            from triform_echo.modeling import EchoModel

            AutoModel.register(cls, EchoModel)
