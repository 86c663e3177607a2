"""A plugin of triform. Its entry point is called when a model type turns up that triform itself does not know."""


def register() -> None:
    """Adds `echo` to the Auto classes. No framework is imported until a model is built."""
    from triform import AutoConfig
    from triform_echo.configuration import EchoConfig

    AutoConfig.register("echo", EchoConfig)
    EchoConfig.register_models()
