"""`triform run` on models that write: text while it is written, JSON, languages, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest

import triform

torch = pytest.importorskip("torch")
WORDS = ["<pad>", "<s>", "</s>", "<unk>", "once", "upon", "a", "time", "user", "assistant", "de_DE", "en_XX", ":"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "import sys; from triform.cli import main; main(sys.argv[1:])", *arguments]


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(command(*arguments), capture_output=True, text=True, env={**os.environ, "COLUMNS": "100"})


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A GPT-2, one that never ends, one with a chat template, and a T5, of a few words each."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    base = tmp_path_factory.mktemp("writers")
    engine = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="<unk>"))
    engine.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    special = {"pad_token": "<pad>", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **special}
    ids = {"vocab_size": len(WORDS), "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    gpt2 = triform.GPT2Config(**ids, n_positions=4096, n_embd=12, n_layer=1, n_head=2)
    t5 = triform.T5Config(**ids, d_model=12, d_kv=4, d_ff=8, num_layers=1, num_heads=2, decoder_start_token_id=0)
    template = "{% for m in messages %}{{ m.role }} : {{ m.content }} {% endfor %}assistant :"
    for name, auto, config, more in (
        ("gpt2", "CausalLM", gpt2, {}),
        ("endless", "CausalLM", triform.GPT2Config(**{**ids, "eos_token_id": None}, n_positions=4096, n_embd=12, n_layer=1, n_head=2), {}),
        ("chat", "CausalLM", gpt2, {"chat_template": template}),
        ("t5", "Seq2SeqLM", t5, {}),
    ):
        getattr(triform, f"AutoModelFor{auto}").from_config(config, seed=4).save_pretrained(base / name)
        engine.save(str(base / name / "tokenizer.json"))
        (base / name / "tokenizer_config.json").write_text(json.dumps(settings | more))
    return base


def test_a_text_is_shown_with_what_follows(folders):
    done = run("run", str(folders / "gpt2"), "once upon", "a time", "-n", "5")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    assert lines[0] == "once upon" and lines[2] == "a time" and len(lines) == 4


def test_json_says_the_same(folders, backend):
    done = run("run", str(folders / "gpt2"), "once upon", "-n", "5", "--json", "--backend", backend)
    said = json.loads(done.stdout)
    assert said["task"] == "CausalLM" and said["backend"] == backend
    shown = run("run", str(folders / "gpt2"), "once upon", "-n", "5").stdout.splitlines()
    assert said["results"][0]["answers"][0]["text"] == " ".join(shown[1].split())


def test_drawn_text_follows_the_seed(folders):
    draw = lambda seed: run("run", str(folders / "gpt2"), "once", "-n", "9", "--temperature", "2", "--seed", seed).stdout
    assert draw("1") == draw("1") != draw("2")


def test_a_message_goes_through_the_template(folders):
    plain, chat = (run("run", str(folders / name), "once upon", "-n", "4", "--json") for name in ("gpt2", "chat"))
    assert chat.returncode == 0, chat.stderr
    assert json.loads(chat.stdout)["results"] != json.loads(plain.stdout)["results"]


def test_one_text_becomes_another(folders):
    said = json.loads(run("run", str(folders / "t5"), "once upon a time", "-n", "4", "--beams", "2", "--json").stdout)
    assert said["task"] == "Seq2SeqLM" and isinstance(said["results"][0]["answers"][0]["text"], str)
    said = run("run", str(folders / "t5"), "once upon", "-n", "4", "--to", "de_DE", "--json").stdout
    assert json.loads(said)["results"][0]["answers"][0]["text"].startswith("de_DE")
    wrong = run("run", str(folders / "t5"), "once", "--to", "tlh")
    assert wrong.returncode == 1 and "no token for the language 'tlh'" in wrong.stderr


def test_ctrl_c_stops_cleanly(folders):
    arguments = ("run", str(folders / "endless"), "once", "-n", "4000", "--seed", "3")
    heeded = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # who starts the tests in the background has them ignore it
    process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heeded)
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.read(len("once\n") + 1), "the first word is out"
    process.send_signal(signal.SIGINT)
    rest, errors = process.stdout.read(), process.stderr.read()
    process.wait(timeout=60)
    assert process.returncode in (130, -signal.SIGINT), "a shell says 130 of both"
    assert "Traceback" not in errors and rest.endswith("\n") and len(rest.split()) < 4000
