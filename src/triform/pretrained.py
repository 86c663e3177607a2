"""What every pretrained model can do, whatever it is made of: be built from a config, loaded, initialised and saved."""

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np

from triform import building, calls
from triform.adapters import with_base
from triform.errors import ConfigError, InputError, UnknownKeywordError, UnsupportedTaskError, nearest
from triform.generating import Generating
from triform.options import LOAD_KEYWORDS, LoadOptions, choose_attention, dtype_name
from triform.weights.initial import distribution
from triform.weights.report import LoadingReport
from triform.weights.slots import Found, Slot, gather, tie
from triform.weights.tables import Part, parts_of
from triform.weights.tensor import FLOATING, LazyTensor


class Pretrained(Generating):
    """The part of a pretrained model that is the same on all backends. Mixed into each backend's own class."""

    config_class: ClassVar[Any] = None
    prefix: ClassVar[str] = ""
    input_embeddings: ClassVar[str] = ""
    output_embeddings: ClassVar[str] = ""
    output_bias: ClassVar[str] = ""
    main_input_name: ClassVar[str] = "input_ids"
    entries: ClassVar[tuple[str, ...]] = ()
    longest: ClassVar[str] = ""
    first_position: int = 0
    window: int | None = None
    host_loss: bool = False
    backend: ClassVar[str] = ""
    config: Any
    is_part: bool = False
    loading_report: LoadingReport | None = None
    _auto_class: ClassVar[str | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls):
            cls.__init__ = building.constructing(vars(cls)["__init__"])  # type: ignore[method-assign]
        for name in ("forward", *cls.entries):
            if name in vars(cls):
                setattr(cls, name, calls.answering(vars(cls)[name]))
        if "forward" in vars(cls) and "main_input_name" not in vars(cls):
            cls.main_input_name = next(iter(cls.argument_names()), cls.main_input_name)

    # ---- building and loading

    @classmethod
    def from_config(cls, config: Any, *, seed: int | None = None, dtype: Any = None, **kwargs: Any) -> Any:
        """A model with initial values, in training mode.

        Args:
            seed: the same seed gives the same values on every backend. Default: the framework's own generator.
            dtype: default `config.dtype`, else float32.
        """
        config = cls._checked(config).copy()
        choose_attention(config, kwargs.pop("attn_implementation", None))
        if kwargs.get("torch_dtype") is not None and dtype is None:
            dtype = kwargs["torch_dtype"]
        for ignored in ("torch_dtype", "trust_remote_code", "code_revision"):
            kwargs.pop(ignored, None)
        name = dtype_name(dtype) if dtype is not None else "auto"
        with building.without_collection(), building.skeleton():
            model = cls._build(config, kwargs)
        model.finish(dtype=(config.dtype or "float32") if name == "auto" else name, seed=seed)
        return cls._handed(model)

    _from_config = from_config

    @classmethod
    def from_pretrained(cls, name_or_path: str | os.PathLike[str] | None, *args: Any, **kwargs: Any) -> Any:
        """The model of a folder or of a name on the Hub, in evaluation mode.

        Args:
            name_or_path: a folder, a weights file (then give `config`), a repository's name, or None with `state_dict`.
            config: a config object, or where to find one. Default: the folder's own.
            **kwargs: loading options (see `LoadOptions`), the Hub's (revision, subfolder, token, cache_dir, …), fields of the config,
                and what the model's constructor takes.

        Returns: the model; with output_loading_info=True, the model and a dictionary.
        Raises: MissingFileError, CorruptFileError, ConfigError, WeightsMismatchError, UnknownKeywordError.
        """
        from triform import hub
        from triform.configs.reading import gguf_alone

        where = {key: kwargs.pop(key) for key in list(kwargs) if key in hub.HUB_KEYWORDS}
        options = LoadOptions(**{key: kwargs.pop(key) for key in list(kwargs) if key in LOAD_KEYWORDS})
        config = kwargs.pop("config", None)
        source, options = with_base(None if name_or_path is None else hub.locate(name_or_path, **where), options)
        if cls.config_class is None and not hasattr(config, "to_dict"):
            raise InputError(f"{cls.__name__} has no config_class, so from_pretrained needs a config object.")
        if config is None or isinstance(config, (str, os.PathLike)):
            place = source if config is None else config
            if place is None:
                raise InputError(f"{cls.__name__}.from_pretrained(None, …) needs config=.")
            known = cls.config_class.known_fields()
            overrides = {key: kwargs.pop(key) for key in list(kwargs) if key in known}
            gguf = gguf_alone(source, options.gguf_file) if config is None else None
            config = cls.config_class.from_pretrained(place, **where, **({"gguf_file": gguf} if gguf else {}), **overrides)
        else:
            config = cls._checked(config).copy()
        cls._refuse_unknown(kwargs, config)
        return cls._load(source, config, options, args, kwargs)

    @classmethod
    def _load(cls, source: Any, config: Any, options: LoadOptions, args: tuple[Any, ...], extra: dict[str, Any]) -> Any:
        with building.without_collection():
            return cls._load_now(source, config, options, args, extra)

    @classmethod
    def _load_now(cls, source: Any, config: Any, options: LoadOptions, args: tuple[Any, ...], extra: dict[str, Any]) -> Any:
        from triform.weights.finding import open_weights

        checkpoint: Any
        choose_attention(config, options.attn_implementation)
        if options.state_dict is not None:
            if source is not None:
                raise InputError(f"{cls.__name__}.from_pretrained was given both a name and a state_dict. Give None for the name.")
            checkpoint, label = cls._as_checkpoint(options.state_dict), "state_dict"
        elif source is None:
            raise InputError(f"{cls.__name__}.from_pretrained(None, …) needs state_dict=.")
        else:
            filename = options.gguf_file or (source.file.name if source.file is not None and source.file.suffix != ".json" else None)
            checkpoint = open_weights(source, filename=filename, variant=options.variant, use_safetensors=options.use_safetensors)
            label = str(checkpoint.files[0]) if len(checkpoint.files) == 1 else str(source.name)
        settings = vars(config).pop("quantization_config", None)  # the model is not quantised, nor what it saves
        if settings:
            from triform.weights.quantized import dequantized

            checkpoint = dequantized(checkpoint, settings, label)
        if source is not None:
            config.name_or_path = str(source.name)
            config._commit_hash = source.commit_hash
        cls._note_generation_file(config, source)
        with building.skeleton():
            model = cls._build(config, extra, args)
        model.prepare(checkpoint)
        model.retie()
        report = model.adopt_checkpoint(checkpoint, label, options)
        if options.adapter is not None:
            report.adapter = str(options.adapter.name)
            model.put_on(options.adapter)
        model.complete(report, options)
        model = cls._handed(model)
        return (model, report.as_dict()) if options.output_loading_info else model

    def adopt_checkpoint(self, checkpoint: Any, label: str, options: LoadOptions) -> LoadingReport:
        """Fills a bare model, or a bare part of one, from an open checkpoint. Raises WeightsMismatchError."""
        from triform.weights.loading import Strictness, load

        if getattr(checkpoint, "format", "pt") != "pt":
            from triform.weights.foreign_names import to_pytorch

            checkpoint = to_pytorch(checkpoint, {name: slot.shape for slot in self.slots() for name in slot.names})
        return load(
            self,
            checkpoint,
            source=label,
            dtype=options.storage_name,
            strictness=Strictness(options.ignore_missing, options.ignore_mismatched_sizes),
            key_mapping=options.key_mapping,
        )

    @classmethod
    def from_parts(cls, places: Mapping[str, Any], join: Any, options: dict[str, Any]) -> Any:
        """A model whose parts come from checkpoints of their own; see `triform.nn.Model.from_parts`."""
        from triform.joining import load_parts

        return load_parts(cls, places, join, options)

    @classmethod
    def _build(cls, config: Any, extra: Mapping[str, Any], args: tuple[Any, ...] = ()) -> Any:
        return cls(config, *args, **extra)  # type: ignore[call-arg]

    @classmethod
    def _handed(cls, model: Any) -> Any:
        """What the user gets: the model itself, or the framework's object around it."""
        return model

    @classmethod
    def _checked(cls, config: Any) -> Any:
        if cls.config_class is not None and not isinstance(config, cls.config_class):
            raise ConfigError(
                f"{cls.__name__} needs a {cls.config_class.__name__}, but was given a {type(config).__name__}. "
                f"Load it with AutoConfig.from_pretrained, or make one: {cls.config_class.__name__}(...)."
            )
        return config

    @classmethod
    def _refuse_unknown(cls, kwargs: Mapping[str, Any], config: Any) -> None:
        """Keywords that neither the config nor the constructor takes are typing slips."""
        import inspect

        from triform import hub

        parameters = inspect.signature(cls.__init__).parameters.values()
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            return
        takes = {p.name for p in parameters} - {"self", "config"}
        unknown = [name for name in kwargs if name not in takes]
        if unknown:
            known = {*takes, *LOAD_KEYWORDS, *hub.HUB_KEYWORDS, *type(config).known_fields(), "config"}
            hints = " ".join(f"{name!r}.{nearest(name, known)}" for name in unknown)
            raise UnknownKeywordError(f"{cls.__name__}.from_pretrained takes no {hints}")

    # ---- what each backend gives

    def _places(self) -> Iterable[Found]:
        """Every place of the model that holds an array."""
        raise NotImplementedError

    def _submodels(self) -> Iterator[tuple[str, Any]]:
        """The models inside this one, with their paths."""
        raise NotImplementedError

    def layers_by_name(self) -> Iterator[tuple[str, Any]]:
        """Every module inside, with its path."""
        raise NotImplementedError

    def prepare(self, checkpoint: Any) -> None:
        """The last chance to build what a checkpoint is about to fill."""

    def metadata(self) -> dict[str, str]:
        """What a file of this model says beside the arrays."""
        return {}

    def fill(self, slot: Slot, tensor: LazyTensor, dtype: str) -> None:
        """Adopts an array of a file."""
        raise NotImplementedError

    def draw(self, slot: Slot, drawn: tuple[str, float], dtype: str, seed: int | None) -> None:
        """Gives a slot its initial value."""
        raise NotImplementedError

    def tensors(self) -> dict[str, LazyTensor]:
        """All arrays that are saved, by canonical name."""
        raise NotImplementedError

    def put_on(self, adapter: Any) -> None:
        """Puts an adapter (PEFT) onto the model. Raises UnsupportedTaskError on backends that PEFT does not know."""
        raise UnsupportedTaskError(
            f"{adapter.name} is an adapter (PEFT), which exists on PyTorch alone. Load it with AutoModel… there, merge it into the model "
            "(peft.PeftModel.merge_and_unload), save the result and load that here."
        )

    def complete(self, report: LoadingReport, options: LoadOptions) -> None:
        """The last step of loading: evaluation mode, and the report."""
        raise NotImplementedError

    # ---- what follows from it

    @classmethod
    def _as_checkpoint(cls, state_dict: Mapping[str, Any]) -> Mapping[str, LazyTensor]:
        def lazy(value: Any) -> LazyTensor:
            array = np.asarray(value)
            return LazyTensor(array.dtype.name, array.shape, lambda: array)

        return {name: value if isinstance(value, LazyTensor) else lazy(value) for name, value in state_dict.items()}

    @classmethod
    def argument_names(cls) -> list[str]:
        """The inputs that a call takes, in order."""
        return list(cls.forward.argument_names)  # type: ignore[attr-defined]

    def parts(self) -> list[Part]:
        """This model, and the models inside it that come with tables of their own."""
        return parts_of(self, self._submodels())

    def retie(self) -> None:
        """Makes tied names hold one array."""
        tie(list(self._places()), self.parts())

    def tie_weights(self) -> None:
        """The reference's name of `retie`."""
        self.retie()

    def slots(self) -> list[Slot]:
        """The model's arrays, one entry for each, in the order of the model."""
        return gather(self._places(), self.parts())

    def start(self, slots: Iterable[Slot], dtype: str, seed: int | None = None) -> None:
        """Initial values for some slots, by the architecture's INIT."""
        parts = self.parts()
        for slot in slots:
            drawn = distribution(slot.name, slot.initial, slot.shape, parts)
            kept = dtype if slot.dtype in FLOATING else slot.dtype
            if drawn[0] in ("computed", "fixed"):
                self.fill(slot, LazyTensor("float32", slot.shape, partial(np.asarray, drawn[1])), kept)
            else:
                self.draw(slot, drawn, kept, seed)

    def finish(self, dtype: str = "float32", seed: int | None = None) -> None:
        """The end of a construction by hand: ties, then initial values for what has none."""
        self.retie()
        self.start([slot for slot in self.slots() if not slot.filled], dtype, seed)

    def save_pretrained(self, folder: str | os.PathLike[str], **kwargs: Any) -> None:
        """Writes config.json and model.safetensors, with PyTorch's names, for every backend and for the reference library.

        Args:
            format: "safetensors"; "h5" or "msgpack" for the reference's TensorFlow and Flax classes.
            max_shard_size: bytes, or "5GB": larger models are split, with an index.
            variant: writes model.<variant>.safetensors.
            state_dict: other weights than the model's own.
            push_to_hub, repo_id, token, private, revision, commit_message, create_pr: uploads the folder afterwards.
        """
        from triform import hub
        from triform.weights.saving import save_model

        upload = {key: kwargs.pop(key) for key in hub.UPLOAD if key in kwargs}
        push = kwargs.pop("push_to_hub", False)
        for accepted in ("safe_serialization", "is_main_process", "save_function", "save_peft_format"):
            kwargs.pop(accepted, None)
        unknown = set(kwargs) - {"format", "max_shard_size", "variant", "state_dict"}
        if unknown:
            raise UnknownKeywordError(f"save_pretrained takes no {', '.join(map(repr, sorted(unknown)))}.")
        if kwargs.get("state_dict") is not None:
            kwargs["state_dict"] = self._as_checkpoint(kwargs["state_dict"])
        save_model(self, folder, **kwargs)
        if push:
            repo_id, options = hub.destination(folder, upload)
            hub.push_to_hub(folder, repo_id, **options)

    @classmethod
    def register_for_auto_class(cls, auto_class: str = "AutoModel") -> None:
        """Marks a user's class, so that `save_pretrained` writes its source and `auto_map`, and `trust_remote_code=True` loads it.

        Raises: InputError where no Auto class has that name.
        """
        from triform.remote.saving import mark

        mark(cls, auto_class)

    def get_input_embeddings(self) -> Any:
        """The layer that embeds tokens; None where there is none."""
        return _layer(self.base_model, self.input_embeddings)

    def get_output_embeddings(self) -> Any:
        """The layer that projects onto the vocabulary; None where there is none."""
        return _layer(self, self.output_embeddings)

    def resize_token_embeddings(self, new_num_tokens: int | None = None, pad_to_multiple_of: int | None = None) -> Any:
        """Gives the model another number of tokens; see `resize_embeddings`. Returns the layer that embeds tokens.

        Args:
            new_num_tokens: default: as many as there are.
            pad_to_multiple_of: rounds up to a multiple of this.
        """
        from triform.weights.resizing import resize_embeddings

        known = self.config.get_text_config().vocab_size
        rows = known if new_num_tokens is None else new_num_tokens
        if pad_to_multiple_of:
            rows = -(-rows // pad_to_multiple_of) * pad_to_multiple_of
        if rows != known:
            resize_embeddings(self, rows)
        return self.get_input_embeddings()

    @property
    def base_model(self) -> Any:
        """The model without its head; itself, if it has none."""
        return getattr(self, self.prefix, self) if self.prefix else self

    @property
    def base_model_prefix(self) -> str:
        """The reference's name of `prefix`."""
        return self.prefix

    @property
    def name_or_path(self) -> str:
        """Where it was loaded from."""
        return self.config.name_or_path

    def num_parameters(self, only_trainable: bool = False, exclude_embeddings: bool = False) -> int:
        """How many numbers its parameters hold; a tied one counts once."""
        import math

        slots = [s for s in self.slots() if s.trainable]
        if exclude_embeddings:
            slots = [s for s in slots if "embed" not in s.name]
        return sum(math.prod(s.shape) for s in slots)


def _layer(model: Any, path: str) -> Any:
    """The module at a dotted path; None where the path is empty or leads nowhere."""
    if not path:
        return None
    for name in path.split("."):
        model = getattr(model, name, None)
    return model
