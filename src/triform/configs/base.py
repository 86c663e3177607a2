"""PretrainedConfig: the hyper-parameters of a model, as config.json keeps them. Typed, checked, hashed by content."""

import copy
import json
import os
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Self, dataclass_transform

from triform.configs.bounds import field_problems
from triform.configs.fields import checker, wording
from triform.configs.labels import named, numbered
from triform.errors import ConfigError, InputError
from triform.replacing import made_folder

MISSING = object()
NEVER_SAVED = ("name_or_path",)


def _annotations(cls: type) -> dict[str, Any]:
    """The fields that a class itself declares."""
    hints = typing.get_type_hints(cls)
    own = vars(cls).get("__annotations__", {})
    return {name: hints[name] for name in own if not name.startswith("_") and typing.get_origin(hints[name]) is not ClassVar}


@dataclass_transform(kw_only_default=True)
class PretrainedConfig:
    """The base of all configurations.

    A subclass declares `model_type` and its fields as annotated class attributes, or, like the reference's, an `__init__` that sets
    attributes and passes the rest on. Keywords that are no field are kept as they are, and saved again.

    Attributes:
        attribute_map: other names of fields, in both directions: {"hidden_size": "n_embd"}.
        sub_configs: field -> config class, of configs inside this one; a class of None stands for whatever `model_type` in it says.
        num_labels, id2label, label2id: the classes of a classifier; `num_labels=n` alone names them LABEL_0 … LABEL_{n-1}.
        dtype: name of the dtype of the weights, or None. `torch_dtype` is an older name of it.
    """

    model_type: ClassVar[str] = ""
    attribute_map: ClassVar[dict[str, str]] = {}
    sub_configs: ClassVar[dict[str, Any]] = {}
    is_composition: ClassVar[bool] = False
    _fields: ClassVar[dict[str, Any]] = {}
    _auto_class: ClassVar[str | None] = None

    architectures: list[str] | None = None
    id2label: dict[int, Any] | None = None
    label2id: dict[str, Any] | None = None
    problem_type: str | None = None
    is_encoder_decoder: bool = False
    is_decoder: bool = False
    add_cross_attention: bool = False
    cross_attention_hidden_size: int | None = None
    tie_word_embeddings: bool = True
    tie_encoder_decoder: bool = False
    chunk_size_feed_forward: int = 0
    output_hidden_states: bool = False
    output_attentions: bool = False
    return_dict: bool = True
    bos_token_id: int | None = None
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    sep_token_id: int | None = None
    decoder_start_token_id: int | None = None
    prefix: str | None = None
    tokenizer_class: str | None = None
    finetuning_task: str | None = None
    task_specific_params: dict[str, Any] | None = None
    dtype: Any = None
    name_or_path: str = ""
    transformers_version: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._fields = {**cls._fields, **_annotations(cls)}

    def __init__(self, **kwargs: Any) -> None:
        cls = type(self)
        problems: list[str] = []
        state = self.__dict__
        state["_commit_hash"] = kwargs.pop("_commit_hash", None)
        state["_attn_implementation"] = kwargs.pop("attn_implementation", kwargs.pop("_attn_implementation", None))
        labels: dict[str, Any] = {name: kwargs.pop(name) for name in ("num_labels", "id2label", "label2id") if name in kwargs}
        if "torch_dtype" in kwargs:
            older = kwargs.pop("torch_dtype")
            kwargs.setdefault("dtype", older)
        for alias, name in cls.attribute_map.items():
            if alias in kwargs:
                kwargs.setdefault(name, kwargs.pop(alias))
        for name in cls._fields:
            if name in kwargs:
                self._assign(name, kwargs.pop(name), problems)
            elif name not in state and isinstance(getattr(cls, name, None), (list, dict)):
                state[name] = copy.deepcopy(getattr(cls, name))
        for name, kind in cls.sub_configs.items():
            self._nest(name, kind, problems)
        state["id2label"], state["label2id"] = named(labels, problems)
        state.update((name, value) for name, value in kwargs.items() if not name.startswith("__") and name not in ("model_type",))
        problems += self._checked_problem_type()
        problems += field_problems(cls._fields, self)
        if not problems:
            problems += self.validate() or ()
        if problems:
            raise ConfigError(f"{cls.__name__}: {'; '.join(problems)}.")

    def validate(self) -> Iterable[str] | None:
        """Combinations that cannot be, each as a sentence without its full stop. Subclasses say theirs here."""
        return ()

    def _checked_problem_type(self) -> list[str]:
        allowed = (None, "regression", "single_label_classification", "multi_label_classification")
        return [] if self.problem_type in allowed else [f"problem_type is {self.problem_type!r}, expected one of {allowed}"]

    def _assign(self, name: str, value: Any, problems: list[str]) -> None:
        annotation = type(self)._fields[name]
        if name == "dtype":
            value = _dtype_name(value)
        nullable = value is None and name in PretrainedConfig._fields  # files say null for many of these
        if name in self.sub_configs or nullable or checker(annotation)(value):
            self.__dict__[name] = value
        else:
            problems.append(f"{name} is {value!r} ({type(value).__name__}), expected {wording(annotation)}")

    def _nest(self, name: str, kind: Any, problems: list[str]) -> None:
        value = self.__dict__.get(name)
        try:
            if isinstance(value, dict):
                self.__dict__[name] = _class_of(kind, value, name).from_dict(value)
            elif value is None and kind is not None and getattr(type(self), name, MISSING) is not None:
                self.__dict__[name] = kind()
            elif value is not None and not isinstance(value, PretrainedConfig):
                problems.append(f"{name} is {value!r}, expected a mapping or a config")
        except ConfigError as error:
            problems.append(f"{name}: {error}")

    # ---- reading and setting

    @property
    def num_labels(self) -> int:
        """How many classes. Setting another number names them anew."""
        return len(self.id2label or ())

    @num_labels.setter
    def num_labels(self, count: int) -> None:
        if len(self.id2label or ()) != count:
            self.__dict__["id2label"] = numbered(count)
            self.__dict__["label2id"] = {name: i for i, name in numbered(count).items()}
            self.__dict__.pop("_hash", None)

    @property
    def use_return_dict(self) -> bool:
        """The reference's name of `return_dict`."""
        return self.return_dict

    def __getattr__(self, name: str) -> Any:
        if name == "torch_dtype":
            return self.dtype
        alias = type(self).attribute_map.get(name)
        if alias is not None:
            return getattr(self, alias)
        raise AttributeError(f"{type(self).__name__} has no {name!r}.")

    def __setattr__(self, name: str, value: Any) -> None:
        cls = type(self)
        name = cls.attribute_map.get(name, name)
        if name == "torch_dtype":
            name = "dtype"
        if name == "num_labels":
            PretrainedConfig.num_labels.fset(self, value)  # type: ignore[attr-defined]
            return
        if name in cls._fields and name not in ("id2label", "label2id") and not isinstance(getattr(cls, name, None), property):
            problems: list[str] = []
            self._assign(name, value, problems)
            if problems:
                raise ConfigError(f"{cls.__name__}: {problems[0]}.")
        elif name == "id2label" and value is not None:
            self.__dict__[name] = {int(key): label for key, label in value.items()}
        else:
            object.__setattr__(self, name, value)
        self.__dict__.pop("_hash", None)

    @classmethod
    def known_fields(cls) -> frozenset[str]:
        """Every field, under all its names: what `from_pretrained` takes to override a file."""
        return frozenset((*cls._fields, *cls.attribute_map, *cls.sub_configs, "num_labels"))

    # ---- out

    def to_dict(self) -> dict[str, Any]:
        """Everything, as config.json would say it; nested configs as dictionaries."""
        out = {name: getattr(self, name) for name in self._saved_names()}
        out["model_type"] = self.model_type
        return {name: _plain(value) for name, value in out.items()}

    def _saved_names(self) -> Iterator[str]:
        declared = dict.fromkeys((*type(self)._fields, *type(self).sub_configs))
        for name in (*declared, *(n for n in self.__dict__ if n not in declared)):
            if not name.startswith("_") and name not in NEVER_SAVED and hasattr(self, name):
                yield name

    def to_diff_dict(self) -> dict[str, Any]:
        """What is saved: what differs from a bare config, and all that is this model type's own."""
        mine, common = self.to_dict(), PretrainedConfig().to_dict()
        kept = {name: value for name, value in mine.items() if name == "model_type" or name not in common or value != common[name]}
        own = set(type(self)._fields) - set(PretrainedConfig._fields)
        kept.update({name: mine[name] for name in own if name in mine})
        for name in type(self).sub_configs:
            inner = getattr(self, name, None)
            if isinstance(inner, PretrainedConfig):
                kept[name] = inner.to_diff_dict()
        if "id2label" in kept:
            kept["id2label"] = {str(key): value for key, value in kept["id2label"].items()}
        return kept

    def to_json_string(self, use_diff: bool = True) -> str:
        """The text of config.json: indented by 2, sorted, with a line's end."""
        data = self.to_diff_dict() if use_diff else self.to_dict()
        return json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def to_json_file(self, path: str | os.PathLike[str], use_diff: bool = True) -> None:
        """Writes the text beside `path`, then renames it."""
        from triform.configs.reading import write_text

        write_text(path, self.to_json_string(use_diff))

    def save_pretrained(self, folder: str | os.PathLike[str], **kwargs: Any) -> None:
        """Writes config.json into a folder, which is made if necessary. Raises InputError where `folder` is a file."""
        made_folder(folder)
        if self._auto_class is None:
            self.to_json_file(os.path.join(folder, "config.json"))
            return
        from triform.remote.saving import save_config_with_code

        save_config_with_code(self, folder)

    # ---- in

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, return_unused_kwargs: bool = False, **kwargs: Any) -> Any:
        """A config from a parsed file, with some fields overridden.

        Keys of a file that begin with an underscore are never applied: no file selects code. A dictionary given for a nested config
        changes the keys that it has and leaves the others.
        """
        given = {name: value for name, value in data.items() if not name.startswith("_")}
        known = cls.known_fields() | set(given)
        changes = {name: kwargs.pop(name) for name in list(kwargs) if name in known or name == "attn_implementation"}
        if "num_labels" in changes and "id2label" in changes and len(changes["id2label"]) != changes["num_labels"]:
            raise ConfigError(
                f"{cls.__name__}: num_labels={changes['num_labels']} and an id2label of {len(changes['id2label'])} entries do not agree."
            )
        if "num_labels" in changes and "id2label" not in changes:
            given.pop("id2label", None), given.pop("label2id", None)
        if "id2label" in changes:
            given.pop("num_labels", None), given.pop("label2id", None)
        for name, value in changes.items():
            name = cls.attribute_map.get(name, name) if cls.attribute_map.get(name, name) in given or name not in given else name
            nested = name in cls.sub_configs and isinstance(value, dict) and isinstance(given.get(name), dict)
            given[name] = {**given[name], **value} if nested else value
        for alias, name in cls.attribute_map.items():
            if alias in given and name in changes:
                given.pop(alias)
        config = cls(**{name: value for name, value in given.items() if name != "model_type"})
        if cls.model_type == "" and isinstance(data.get("model_type"), str):
            config.__dict__["model_type"] = data["model_type"]
        return (config, kwargs) if return_unused_kwargs else config

    @classmethod
    def get_config_dict(cls, name_or_path: Any, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """(the parsed config.json, the keywords that are not the Hub's). Raises MissingFileError, ConfigError."""
        from triform.configs.reading import read_config

        return read_config(name_or_path, kwargs)

    @classmethod
    def from_pretrained(cls, name_or_path: Any, **kwargs: Any) -> Any:
        """The config of a folder, of a JSON file, or of a name on the Hub; keywords override fields.

        Raises: MissingFileError, ConfigError.
        """
        data, unused = cls.get_config_dict(name_or_path, **kwargs)
        data = cls._own_part(data)
        return cls.from_dict(data, **unused)

    @classmethod
    def _own_part(cls, data: dict[str, Any]) -> dict[str, Any]:
        """The nested config of this type inside a composite's file; the whole, where it is of this type."""
        found = data.get("model_type")
        if not cls.model_type or found == cls.model_type:
            return data
        for value in data.values():
            if isinstance(value, dict) and value.get("model_type") == cls.model_type:
                return {"_name_or_path": data.get("_name_or_path", ""), **value}
        if found is not None:
            import logging

            logging.getLogger("triform").warning("A config of type %s is read as %s (%s).", found, cls.__name__, cls.model_type)
        return data

    @classmethod
    def from_json_file(cls, path: str | os.PathLike[str]) -> Any:
        """A config from a JSON file."""
        from triform.configs.reading import read_config_dict

        return cls.from_dict(read_config_dict(path, os.fspath(path)))

    # ---- as a value

    def copy(self) -> Self:
        """A deep copy."""
        return copy.deepcopy(self)

    def update(self, changes: Mapping[str, Any]) -> None:
        """Sets several attributes."""
        for name, value in changes.items():
            setattr(self, name, value)

    def get_text_config(self, decoder: bool = False, encoder: bool = False) -> Any:
        """The config of the text model inside; itself where there is none. Raises InputError where there are several."""
        names: tuple[str, ...] = ("decoder", "generator", "text_config") if decoder else ("text_encoder",) if encoder else ()
        names = names or ("text_encoder", "decoder", "generator", "text_config")
        found = [name for name in names if isinstance(getattr(self, name, None), PretrainedConfig)]
        if len(found) > 1:
            raise InputError(f"{type(self).__name__} has several text configs: {', '.join(found)}. Take one of them.")
        return getattr(self, found[0]) if found else self

    @classmethod
    def register_for_auto_class(cls, auto_class: str = "AutoConfig") -> None:
        """Marks a user's class, so that saving writes `auto_map`."""
        cls._auto_class = auto_class

    def _identity(self) -> str:
        data = {**self.to_dict(), "_attn_implementation": self._attn_implementation}
        return json.dumps(data, sort_keys=True, default=str)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and hash(self) == hash(other) and self._identity() == other._identity()  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        if "_hash" not in self.__dict__:
            self.__dict__["_hash"] = hash((type(self), self._identity()))
        return self.__dict__["_hash"]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = type(self).__new__(type(self))
        twin.__dict__.update(copy.deepcopy(self.__getstate__(), memo))
        return twin

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.to_json_string()}"


PretrainedConfig._fields = _annotations(PretrainedConfig)


def _dtype_name(value: Any) -> Any:
    """torch.float16, np.float16 and "torch.float16" are "float16"."""
    if value is None or isinstance(value, (str, dict)):
        return value.removeprefix("torch.") if isinstance(value, str) else value
    name = getattr(value, "name", None) or getattr(value, "__name__", None) or str(value)
    return name.removeprefix("torch.")


def _plain(value: Any) -> Any:
    """Nested configs as dictionaries, tuples as lists."""
    if isinstance(value, PretrainedConfig):
        return value.to_dict()
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {key: _plain(v) for key, v in value.items()}
    return value


def _class_of(kind: Any, data: dict[str, Any], name: str) -> Any:
    if kind is not None:
        return kind
    from triform.auto.config import class_in

    return class_in(data, name)
