"""Small random models of the reference library's TensorFlow and Flax classes; `reference_models` has the PyTorch ones."""

import contextlib
import inspect

import numpy as np


def moved(name: str, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """Values far from those that a new model has: norms and running values, too."""
    values = random.standard_normal(shape).astype(np.float32) * 0.3
    return np.abs(values) + 0.5 if name.endswith(("variance", "var")) else values


def tensorflow_model(name: str, config, inputs):
    import transformers

    model = getattr(transformers, f"TF{name}")(config)
    model(**inputs)
    random = np.random.default_rng(1)
    for variable in model.weights:
        variable.assign(moved(variable.name.partition(":")[0], variable.shape, random))
    return model


def flax_model(name: str, config):
    """(a model without parameters, random ones): nothing is compiled."""
    import jax
    import transformers

    options = {"input_shape": (1, 32, 32, 3)} if "image" in name.lower() else {}
    model = getattr(transformers, f"Flax{name}")(config, _do_init=False, **options)
    random = np.random.default_rng(2)
    values = lambda path, leaf: moved(str(path[-1].key), leaf.shape, random)
    return model, jax.tree_util.tree_map_with_path(values, model.params_shape_tree)


@contextlib.contextmanager
def older_clip():
    """The reference library calls jnp.clip with a keyword that JAX has dropped."""
    import jax.numpy as jnp

    newer = jnp.clip
    if "a_max" not in inspect.signature(newer).parameters:
        jnp.clip = lambda x, *args, a_max=None, **kw: newer(x, *args, **kw, **({} if a_max is None else {"max": a_max}))
    try:
        yield
    finally:
        jnp.clip = newer
