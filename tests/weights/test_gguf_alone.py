"""A .gguf without any other file: config and model of its metadata, against the reference library where it takes the same file."""

import os

import numpy as np
import pytest
from test_gguf import random_tensors, write

import triform
from triform.errors import CorruptFileError, MissingFileError, UnknownArchitectureError
from triform.weights.converting import convert_checkpoint

gguf = pytest.importorskip("gguf")
MARKS = {"torch": "", "tf": "TF", "flax": "Flax"}
SIZES = {
    "add_context_length": 77, "add_embedding_length": 48, "add_block_count": 2, "add_feed_forward_length": 96, "add_head_count": 4,
    "add_vocab_size": 64, "add_bos_token_id": 3, "add_eos_token_id": 4, "add_pad_token_id": 5,
}  # fmt: skip
TURNED = {"add_head_count_kv": 2, "add_layer_norm_rms_eps": 1e-4, "add_rope_freq_base": 50000.0, "add_key_length": 12}
METADATA = {
    "llama": SIZES | TURNED | {"add_rope_dimension_count": 12},
    "qwen2": SIZES | TURNED,
    "qwen3": SIZES | TURNED | {"add_key_length": 20},
    "phi3": SIZES | TURNED | {"add_rope_dimension_count": 12, "add_sliding_window": 33},
    "gemma2": SIZES | TURNED | {"add_sliding_window": 33, "add_key_length": 20},
    "gpt2": SIZES | {"add_layer_norm_eps": 1e-3},
    "bert": SIZES | {"add_layer_norm_eps": 1e-3},
}
TOKENS = ["t", "1", "2", *(f"t{i}" for i in range(1, 62))]
# what the reference gets wrong: it keeps the default where the file says otherwise
WRONG = {
    "qwen3": {"head_dim"}, "gpt2": {"n_positions", "n_inner"}, "gemma2": {"query_pre_attn_scalar"}, "phi3": {"sliding_window"},
}  # fmt: skip
# what it makes up, or has no room for
ASIDE = {"architectures", "_model_name_or_path", "n_ctx", "feed_forward_length", "transformers_version", "layer_types", "max_window_layers"}


def made(folder, name, more=None, tensors=None):
    """m.gguf of an architecture with METADATA, and what `more` says instead; None: nothing."""
    folder.mkdir(exist_ok=True)
    words = {"add_tokenizer_model": "gpt2", "add_token_list": TOKENS, "add_token_merges": ["t 1", "t 2"], "add_token_types": [1] * 64}
    metadata = {**METADATA[name], **words, **(more or {})}
    tensors = {"token_embd.weight": np.zeros((64, 48), np.float32)} if tensors is None else tensors
    return write(folder / "m.gguf", tensors, name, {key: value for key, value in metadata.items() if value is not None})


@pytest.mark.parametrize("name", METADATA)
def test_the_config_is_the_reference_s(tmp_path, name):
    made(tmp_path, name)
    ours = triform.AutoConfig.from_pretrained(tmp_path, gguf_file="m.gguf")
    assert ours.model_type == name and ours.to_dict() == triform.AutoConfig.from_pretrained(tmp_path / "m.gguf").to_dict()
    assert ours.vocab_size == 64 and ours.bos_token_id == 3 and ours.num_hidden_layers == 2 and ours.max_position_embeddings == 77
    transformers = pytest.importorskip("transformers")
    if name == "bert":  # of which the reference makes no config
        return
    theirs = transformers.AutoConfig.from_pretrained(tmp_path, gguf_file="m.gguf").to_diff_dict()
    differing = {key: (getattr(ours, key, None), value) for key, value in theirs.items() if key not in ASIDE}
    differing = {key: pair for key, pair in differing.items() if not same(*pair)}
    assert differing.keys() <= WRONG.get(name, set()), differing


def same(ours, theirs) -> bool:
    return ours == theirs or (isinstance(theirs, float) and ours == pytest.approx(theirs, rel=1e-6))  # it keeps the noise of 32 bits


def test_what_the_reference_gets_wrong_is_right(tmp_path):
    config = {name: triform.AutoConfig.from_pretrained(made(tmp_path, name)) for name in METADATA if not (tmp_path / "m.gguf").unlink(True)}
    assert config["qwen3"].head_dim == 20 and config["gemma2"].query_pre_attn_scalar == 20 and config["phi3"].sliding_window == 33
    assert config["gpt2"].n_positions == 77 and config["gpt2"].n_inner == 96 and config["llama"].rms_norm_eps == 1e-4


# sizes at which the reference's own configs of such files are right
MODELS = {
    "llama": ("Llama", {}), "mistral": ("Mistral", {}), "qwen2": ("Qwen2", {}), "qwen3": ("Qwen3", {"head_dim": 128}),
    "phi3": ("Phi3", {"sliding_window": None}), "gemma2": ("Gemma2", {"head_dim": 256}), "gpt2": ("GPT2", {}),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """name -> (folder, inputs, what the reference's model of that file alone gives)."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    made_once = {}

    def load(name):
        if name in made_once:
            return made_once[name]
        prefix, options = MODELS[name]
        architecture = "llama" if name == "mistral" else name
        sizes = {"vocab_size": 64, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "intermediate_size": 96, "max_position_embeddings": 77, "head_dim": 12, "pad_token_id": 5}  # fmt: skip
        if name == "gpt2":
            sizes = {"vocab_size": 64, "n_embd": 48, "n_layer": 2, "n_head": 4, "n_positions": 1024}
        config = getattr(transformers, f"{prefix}Config")(**{**sizes, **options})
        cls = getattr(transformers, f"{prefix}LMHeadModel" if name == "gpt2" else f"{prefix}ForCausalLM")
        _, tensors = random_tensors(cls, config, architecture, 0.1)  # larger scores would sharpen until the noise of 32 bits shows
        more = {"add_key_length": options.get("head_dim", 12), "add_sliding_window": None if name == "phi3" else 33}
        more |= {"add_context_length": 1024, "add_feed_forward_length": 192} if name == "gpt2" else {}
        more |= {"add_name": "Some Mistral"} if name == "mistral" else {}
        folder = tmp_path_factory.mktemp(name)
        made(folder, architecture, more, tensors)
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, gguf_file="m.gguf", dtype=torch.float32).eval()
        ids = np.random.default_rng(0).integers(6, 64, (2, 7))
        with torch.no_grad():
            made_once[name] = folder, ids, model(torch.from_numpy(ids)).logits.numpy()
        return made_once[name]

    return load


@pytest.mark.parametrize("name", MODELS)
def test_a_model_of_that_file_alone(loaded, backend, name):
    folder, ids, wanted = loaded(name)
    assert os.listdir(folder) == ["m.gguf"]
    auto = getattr(triform, f"{MARKS[backend]}AutoModelForCausalLM")
    model, info = auto.from_pretrained(folder, gguf_file="m.gguf", output_loading_info=True)
    assert not any(info.values()) and model.config.model_type == name and type(model).__name__.startswith(MODELS[name][0])
    if backend == "torch":
        import torch

        with torch.no_grad():
            found = model(torch.from_numpy(ids)).logits.numpy()
    else:
        found = np.asarray(model(ids).logits)
    assert np.abs(found - wanted).max() <= 1e-5 * np.abs(wanted).max()


def test_the_other_ways_to_name_it(loaded, tmp_path):
    """By its path, by its own class, with config.json, and through a conversion."""
    torch = pytest.importorskip("torch")
    folder, ids, wanted = loaded("llama")
    close = lambda model: torch.equal(model(torch.from_numpy(ids)).logits, first)
    with torch.no_grad():
        first = triform.AutoModelForCausalLM.from_pretrained(folder / "m.gguf")(torch.from_numpy(ids)).logits
        assert np.abs(first.numpy() - wanted).max() <= 1e-5 * np.abs(wanted).max()
        assert close(triform.LlamaForCausalLM.from_pretrained(folder, gguf_file="m.gguf"))
        convert_checkpoint(folder, tmp_path / "converted", gguf_file="m.gguf")
        assert close(triform.AutoModelForCausalLM.from_pretrained(tmp_path / "converted"))
        assert triform.AutoTokenizer.from_pretrained(tmp_path / "converted").tokenize("t12") == ["t1", "2"]
        os.link(folder / "m.gguf", tmp_path / "m.gguf")
        config = triform.AutoConfig.from_pretrained(folder / "m.gguf", rope_theta=7.0)
        config.save_pretrained(tmp_path)
        assert triform.AutoModelForCausalLM.from_pretrained(tmp_path, gguf_file="m.gguf").config.rope_theta == 7.0  # config.json counts
        assert triform.AutoConfig.from_pretrained(tmp_path, gguf_file="m.gguf").rope_theta == 50000.0  # the file itself was asked


def test_embeddings_of_bert(tmp_path):
    made(
        tmp_path, "bert", tensors={"token_embd.weight": np.zeros((64, 48), np.float32), "token_types.weight": np.zeros((3, 48), np.float32)}
    )
    assert triform.AutoConfig.from_pretrained(tmp_path / "m.gguf").type_vocab_size == 3


def llama3(factor=8.0, theta=50000.0, width=12):
    """The factors of Llama 3's positions, as llama.cpp's converter writes them down."""
    plain = theta ** -(np.arange(0, width, 2) / width)
    wavelengths = 2 * np.pi / plain
    smooth = (8192 / wavelengths - 1) / 3
    between = 1 / ((1 - smooth) / factor + smooth)
    return np.where(wavelengths < 2048, 1, np.where(wavelengths > 8192, factor, between)).astype(np.float32)


SCALED = {
    "none": ({}, {}, None),
    "linear": ({"add_rope_scaling_type": "LINEAR", "add_rope_scaling_factor": 4.0}, {}, {"rope_type": "linear", "factor": 4.0}),
    "yarn": (
        {"add_rope_scaling_type": "YARN", "add_rope_scaling_factor": 2.0, "add_rope_scaling_orig_ctx_len": 32}, {},
        {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 32},
    ),
    "llama3": (
        {}, {"rope_freqs.weight": llama3()},
        {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192},
    ),
    "llama3 that scales nothing": ({}, {"rope_freqs.weight": np.ones(6, np.float32)}, None),
}  # fmt: skip


@pytest.mark.parametrize("what", SCALED)
def test_positions_beyond_the_training(tmp_path, what):
    metadata, tensors, wanted = SCALED[what]
    if "add_rope_scaling_type" in metadata:
        metadata = metadata | {"add_rope_scaling_type": gguf.RopeScalingType[metadata["add_rope_scaling_type"]]}
    made(tmp_path, "llama", metadata, {"token_embd.weight": np.zeros((64, 48), np.float32), **tensors})
    assert triform.AutoConfig.from_pretrained(tmp_path / "m.gguf").rope_scaling == wanted


WRONG_METADATA = {
    "nothing": ({"add_block_count": None, "add_head_count": None}, r"block_count is missing; llama.attention.head_count is missing"),
    "a list": ({"add_head_count": [4, 4]}, r"head_count is \[4, 4\], expected a whole number"),
    "a text": ({"add_name": None, "add_string": ("llama.rope.scaling.type", "magic")}, "type is 'magic'"),
    "a fraction": ({"add_float32": ("llama.attention.head_count_kv", 2.5), "add_head_count_kv": None}, "head_count_kv is 2.5"),
    "not a number": ({"add_layer_norm_rms_eps": float("nan")}, "rms_epsilon is nan"),
    "a negative one": ({"add_int32": ("llama.attention.sliding_window", -5), "add_bos_token_id": None}, None),
    "a token": ({"add_string": ("tokenizer.ggml.bos_token_id", "x"), "add_bos_token_id": None}, "bos_token_id is 'x'"),
}


@pytest.mark.parametrize("what", WRONG_METADATA)
def test_metadata_that_describe_no_model(tmp_path, what):
    more, says = WRONG_METADATA[what]
    made(tmp_path, "llama", more)
    if says is None:  # what an architecture has no use for is not looked at
        triform.AutoConfig.from_pretrained(tmp_path / "m.gguf")
        return
    with pytest.raises(CorruptFileError, match=says):
        triform.AutoConfig.from_pretrained(tmp_path, gguf_file="m.gguf")


def test_what_no_config_is_made_of(tmp_path):
    made(tmp_path, "llama", tensors={"token_embd.weight": np.zeros((64, 48), np.float32), "rope_freqs.weight": np.full(6, 3, np.float32)})
    with pytest.raises(CorruptFileError, match="factors of no known kind"):
        triform.AutoConfig.from_pretrained(tmp_path / "m.gguf")
    write(tmp_path / "o.gguf", {"a": np.zeros(1, np.float32)}, "mamba")
    with pytest.raises(UnknownArchitectureError, match=r"architecture 'mamba'.*Known are: llama"):
        triform.AutoConfig.from_pretrained(tmp_path, gguf_file="o.gguf")
    with pytest.raises(MissingFileError, match=r"no file n\.gguf.*m\.gguf"):
        triform.AutoConfig.from_pretrained(tmp_path, gguf_file="n.gguf")
    with pytest.raises(MissingFileError, match=r"config\.json"):
        triform.AutoModelForCausalLM.from_pretrained(tmp_path)
