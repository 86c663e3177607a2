"""Pretrained models on TensorFlow: genuine keras.Models around the tree of the shared source."""

import importlib
from functools import cache
from typing import Any, ClassVar

import keras
import tensorflow as tf

from triform.calls import ASKING
from triform.errors import InputError, MissingDependencyError
from triform.outputs import ModelOutput, on_new_class
from triform.remote.saving import mark
from triform.weights.slots import Slot

from . import modes
from .tree import PretrainedTree

if keras.backend.backend() != "tensorflow":
    raise MissingDependencyError(
        f"Keras runs on the {keras.backend.backend()} backend here, but triform.tf needs TensorFlow. "
        "Set KERAS_BACKEND=tensorflow before Keras is imported, or use triform.torch or triform.flax."
    )


def _register(cls: type[ModelOutput]) -> None:
    """Makes an output class a tree that Keras walks; tf.nest knows it as a mapping."""
    import optree

    optree.register_pytree_node(
        cls,
        lambda out: (out.to_tuple(), tuple(out), tuple(out)),  # type: ignore[attr-defined]
        lambda names, values: cls(**dict(zip(names, values))),  # type: ignore[call-overload]
        namespace="keras",
    )


on_new_class(_register)


class Settings:
    """Inputs that are not, or not only, tensors: Keras is not to look inside."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


SETTINGS = (*ASKING, "use_cache", "logits_to_keep", "past_key_values")


class TFPreTrainedModel(keras.Model):
    """The base of all models on TensorFlow.

    `model(ids)`, `model({"input_ids": ids, …})` and `model(input_ids=ids, …)` are the same call. `compile` without a loss trains on the
    model's own, from `labels` among the inputs (or given as y). Attributes that it lacks are those of the tree: `model.bert.encoder`.
    """

    tree_class: ClassVar[Any] = None
    backend = "tf"

    def __init__(self, config: Any = None, *args: Any, tree: PretrainedTree | None = None, **kwargs: Any) -> None:
        named = {key: kwargs.pop(key) for key in ("name", "dtype", "trainable") if key in kwargs}
        super().__init__(**named)
        if tree is None and self.tree_class is not None:
            tree = self.tree_class(config, *args, **kwargs)
            config = tree.config
        object.__setattr__(self, "tree", tree)  # past Keras's tracking: the tree's names are the checkpoint's
        self.config = config if tree is None else tree.config
        self.seed_generator = keras.random.SeedGenerator()
        if tree is not None:
            for variable in tree.variables:
                self._track_variable(variable)
            self.built = True
            self.supports_jit = not tree.host_loss  # whether `compile` takes XLA when nobody says

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        inherited = cls.tree_class
        if inherited is not None and "tree_class" not in vars(cls):  # a user's subclass of a face: its trees come back as it
            cls.tree_class = type(cls.__name__, (inherited,), {"face": cls, "__module__": inherited.__module__})

    # ---- calls

    def __call__(self, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        if self.tree is None:
            return super().__call__(*args, **kwargs) if training is None else super().__call__(*args, training=training, **kwargs)
        if len(args) == 1 and isinstance(args[0], dict):
            inputs = {**args[0], **kwargs}
        else:
            names = self.tree.argument_names()
            if len(args) > len(names):
                raise InputError(f"{type(self).__name__} takes at most {len(names)} inputs: {', '.join(names)}.")
            inputs = {**dict(zip(names, args)), **kwargs}
        before = inputs.pop("settings", None)  # a functional model repeats its call
        settings = before or Settings({name: inputs.pop(name) for name, value in list(inputs.items()) if _is_setting(name, value)})
        inputs = {name: value for name, value in inputs.items() if value is not None}
        return super().__call__(inputs, training=training, settings=settings)

    def call(self, inputs: Any, training: bool | None = None, settings: Settings | None = None) -> Any:
        with modes.training(self.seed_generator if training else None):
            return self.tree(**inputs, **({} if settings is None else settings.values))

    def __getattr__(self, name: str) -> Any:
        tree = self.__dict__.get("tree")
        if tree is not None and not name.startswith("__") and (name in vars(tree) or hasattr(type(tree), name)):
            return getattr(tree, name)
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}.")

    def jit(self) -> Any:
        """This model, with the weights it has now, as one traced function of its inputs, by name, for inference. See `tf.compiled`."""
        from .compiled import Compiled

        return Compiled(self)

    # ---- Keras: what is trained, on which loss

    def train_step(self, data: Any) -> Any:
        return super().train_step(self._with_labels(data))

    def test_step(self, data: Any) -> Any:
        return super().test_step(self._with_labels(data))

    def _with_labels(self, data: Any) -> Any:
        """Without a loss of the user's, y is the model's `labels`."""
        x, y, weight = keras.utils.unpack_x_y_sample_weight(data)
        if y is not None and self._own_loss():
            inputs = x if isinstance(x, dict) else {self.main_input_name: x}
            x, y = {**inputs, **(y if isinstance(y, dict) else {"labels": y})}, None
        return keras.utils.pack_x_y_sample_weight(x, y, weight) if y is not None or weight is not None else (x,)

    def _own_loss(self) -> bool:
        compiled = getattr(self, "_compile_loss", None)
        return self.tree is not None and (compiled is None or getattr(compiled, "_user_loss", None) is None)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True) -> Any:
        if isinstance(y_pred, ModelOutput):
            if y is None:
                if y_pred.loss is None:
                    raise InputError(f"{type(self).__name__} has no loss: put labels among the inputs, or compile(loss=…) and give y.")
                return tf.cast(y_pred.loss, tf.float32)
            if not isinstance(y, dict):
                y_pred = _scores(y_pred)
        return super().compute_loss(x, y, y_pred, sample_weight, training)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if isinstance(y_pred, ModelOutput) and not isinstance(y, dict):
            y_pred = _scores(y_pred)
        return super().compute_metrics(x, y, y_pred, sample_weight)

    # ---- Keras: files and pictures

    def get_config(self) -> dict[str, Any]:
        return {"model": self.config.to_dict(), "name": self.name, "dtype": keras.saving.serialize_keras_object(self.dtype_policy)}

    @classmethod
    def from_config(cls, config: Any, **kwargs: Any) -> Any:
        """A model with initial values from a triform config, or the object that `get_config` described.

        Args:
            seed: the same seed gives the same values on every backend. Default: Keras's own generator (keras.utils.set_random_seed).
        """
        if not isinstance(config, dict):
            return cls._loader().from_config(config, **kwargs)
        policy = keras.saving.deserialize_keras_object(config["dtype"])
        return cls(cls.tree_class.config_class.from_dict(config["model"]), name=config["name"], dtype=policy)

    def save_own_variables(self, store: Any) -> None:
        for slot in self.slots():
            store[slot.name.replace("/", ".")] = slot.value.value.numpy()

    def load_own_variables(self, store: Any) -> None:
        for slot in self.slots():
            slot.value.assign(store[slot.name.replace("/", ".")])

    def summary(self, line_length: int | None = None, print_fn: Any = None, **kwargs: Any) -> None:
        """Prints the blocks of the tree with their parameters."""
        from .summary import print_summary

        print_summary(self, print_fn)

    # ---- pretrained

    @classmethod
    def from_pretrained(cls, *args: Any, **kwargs: Any) -> Any:
        """See `triform.pretrained.Pretrained.from_pretrained`."""
        return cls._loader().from_pretrained(*args, **kwargs)

    @classmethod
    def _loader(cls) -> Any:
        """What builds and loads objects of this class: the tree, or, for a class made of Keras layers, the frame for plain ones."""
        if cls.tree_class is not None:
            return cls.tree_class
        from triform.plain import plain_class

        return plain_class("tf", cls)  # type: ignore[arg-type]

    def save_pretrained(self, folder: Any, **kwargs: Any) -> None:
        """See `triform.pretrained.Pretrained.save_pretrained`."""
        saved = self.tree if self.tree is not None else self._loader()(self.config, module=self)
        saved.save_pretrained(folder, **kwargs)

    @classmethod
    def register_for_auto_class(cls, auto_class: str = "TFAutoModel") -> None:
        """See `triform.pretrained.Pretrained.register_for_auto_class`."""
        mark(cls, auto_class)

    @property
    def generation_config(self) -> Any:
        """See `triform.generating.Generating.generation_config`."""
        return self.tree.generation_config

    @generation_config.setter
    def generation_config(self, value: Any) -> None:
        self.tree.generation_config = value

    def resize_token_embeddings(self, new_num_tokens: int | None = None, pad_to_multiple_of: int | None = None) -> Any:
        """See `triform.pretrained.Pretrained.resize_token_embeddings`. Compile the model again afterwards."""
        before = {id(v): v for v in self.tree.variables}
        layer = self.tree.resize_token_embeddings(new_num_tokens, pad_to_multiple_of)
        after = {id(v): v for v in self.tree.variables}
        for key in before.keys() - after.keys():
            self._untrack_variable(before[key])
        for key in after.keys() - before.keys():
            self._track_variable(after[key])
        return layer

    def slots(self) -> list[Slot]:
        """The model's arrays, one entry for each, in the order of the model."""
        return self.tree.slots()


def _is_setting(name: str, value: Any) -> bool:
    """Whether an input is no tensor: Python values decide what is computed."""
    return name in SETTINGS or isinstance(value, (bool, int, str))


def _scores(out: ModelOutput) -> Any:
    """What a user's loss compares with y: the logits, or whatever comes first."""
    return out["logits"] if "logits" in out else out.to_tuple()[0]


@cache
def face_of(tree_class: Any) -> type[TFPreTrainedModel]:
    """The keras.Model subclass, of the same name, around a class of the shared source."""
    body: dict[str, Any] = {
        name: _passed_on(name) for ancestor in tree_class.__mro__ for name, value in vars(ancestor).items()
        if isinstance(value, classmethod) and ancestor.__module__.startswith("triform.tf.models.")
    }  # fmt: skip
    body |= {"tree_class": tree_class, "__module__": "triform.tf", "__doc__": tree_class.__doc__, "config_class": tree_class.config_class}
    made = type(tree_class.__name__, (TFPreTrainedModel,), body)
    return keras.saving.register_keras_serializable(package=PACKAGE)(made)


def _passed_on(name: str) -> classmethod:
    """A class method of the shared source, on the face."""
    return classmethod(lambda cls, *args, **kwargs: getattr(cls.tree_class, name)(*args, **kwargs))


PACKAGE = "triform"


class Deferred:
    """What Keras finds under the name of a class that nobody has asked for yet: `.keras` files load after `import triform.tf` alone."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def from_config(self, config: dict[str, Any]) -> Any:
        """The object that a file describes."""
        return face(self.module, self.name).from_config(config)


def announce(classes: dict[str, str]) -> None:
    """Tells Keras the names of all classes: class -> module of its architecture."""
    known = keras.saving.get_custom_objects()
    for name, module in classes.items():
        known.setdefault(f"{PACKAGE}>{name}", Deferred(module, name))


def face(module: str, name: str) -> type[TFPreTrainedModel]:
    """The Keras class of an architecture: face("bert", "BertModel")."""
    return face_of(getattr(importlib.import_module(f"triform.tf.models.{module}"), name))
