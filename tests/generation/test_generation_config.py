"""GenerationConfig: its file, its checks, and what models do with it."""

import json

import numpy as np
import pytest
from writers import ids_of, loaded, written

import triform
from triform.errors import ConfigError, CorruptFileError, MissingFileError, UnknownKeywordError


def test_defaults_are_the_reference_s():
    import transformers

    theirs, ours = transformers.GenerationConfig(), triform.GenerationConfig()
    for name in triform.GenerationConfig.fields():
        assert getattr(ours, name) == getattr(theirs, name), name


def test_a_file_makes_the_round_trip(tmp_path):
    import transformers

    config = triform.GenerationConfig(max_new_tokens=7, eos_token_id=[1, 2], something_new={"a": 1}, sequence_bias={(3, 4): -1.0})
    config.save_pretrained(tmp_path)
    again = triform.GenerationConfig.from_pretrained(tmp_path)
    assert again.max_new_tokens == 7 and again.eos_token_id == [1, 2] and again.something_new == {"a": 1}
    assert transformers.GenerationConfig.from_pretrained(tmp_path).max_new_tokens == 7
    transformers.GenerationConfig(num_beams=3, length_penalty=0.5).save_pretrained(tmp_path / "theirs")
    theirs = triform.GenerationConfig.from_pretrained(tmp_path / "theirs")
    assert (theirs.num_beams, theirs.length_penalty) == (3, 0.5)


def test_all_problems_at_once():
    with pytest.raises(ConfigError, match=r"num_beams is 0.*early_stopping is 'maybe'"):
        triform.GenerationConfig(num_beams=0, early_stopping="maybe")
    with pytest.raises(ConfigError, match=r"max_length is 'many' \(str\), expected int or null"):
        triform.GenerationConfig(max_length="many")
    with pytest.raises(UnknownKeywordError, match="Did you mean 'top_k'"):
        triform.GenerationConfig().changed(topk=3)


def test_bad_files(tmp_path):
    with pytest.raises(MissingFileError):
        triform.GenerationConfig.from_pretrained(tmp_path)
    (tmp_path / "generation_config.json").write_text("{")
    with pytest.raises((ConfigError, CorruptFileError), match="not valid JSON"):
        triform.GenerationConfig.from_pretrained(tmp_path)


def test_a_model_reads_and_writes_it(backend, tmp_path):
    model = loaded("gpt2", backend)
    model.save_pretrained(tmp_path)
    said = json.loads((tmp_path / "generation_config.json").read_text())
    assert (said["bos_token_id"], said["eos_token_id"], said["pad_token_id"]) == (0, 2, 1)
    said |= {"max_new_tokens": 3, "_from_model_config": True}
    (tmp_path / "generation_config.json").write_text(json.dumps(said))
    again = type(model).from_pretrained(tmp_path)
    assert np.asarray(again.generate(ids_of(backend, [[3, 4]]), eos_token_id=None)).shape == (1, 5)
    again.generation_config = triform.GenerationConfig(max_new_tokens=2, eos_token_id=None)
    assert np.asarray(again.generate(ids_of(backend, [[3, 4]]), eos_token_id=None)).shape == (1, 4)


def test_what_cannot_be_stops_generating_and_not_saving(tmp_path):
    import shutil

    shutil.copytree(written("gpt2").folder, tmp_path / "model")
    (tmp_path / "model" / "generation_config.json").write_text('{"num_beams": 0}')
    model = triform.AutoModelForCausalLM.from_pretrained(tmp_path / "model")
    with pytest.raises(ConfigError, match="num_beams is 0"):
        model.generate(ids_of("torch", [[3]]))
    model.save_pretrained(tmp_path / "saved")
    assert json.loads((tmp_path / "saved" / "generation_config.json").read_text()) == {"num_beams": 0}


def test_older_files_keep_it_in_the_model_s_config(tmp_path):
    import shutil

    shutil.copytree(written("bart").folder, tmp_path / "model")
    (tmp_path / "model" / "generation_config.json").unlink()
    data = json.loads((tmp_path / "model" / "config.json").read_text()) | {"num_beams": 3, "max_length": 17}
    (tmp_path / "model" / "config.json").write_text(json.dumps(data))
    model = triform.AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "model")
    config = model.generation_config
    assert (config.num_beams, config.max_length, config.decoder_start_token_id) == (3, 17, 2)
