"""The command line as a user meets it: what it prints, its exit status, errors without a traceback."""

import json
import os
import subprocess
import sys

import pytest

import triform

torch = pytest.importorskip("torch")


def triform_(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess:
    code = "import sys; from triform.cli import main; main(sys.argv[1:])"
    env = {**os.environ, "COLUMNS": "120", **environment}
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, input=stdin, env=env)


WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "paris", "is", "the", "capital", "of", "france", "who", "lives", "in", "anna", "."]
SIZES = {"vocab_size": len(WORDS), "hidden_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One checkpoint for each task, with a tokenizer."""
    base = tmp_path_factory.mktemp("checkpoints")
    labels = {"id2label": {0: "O", 1: "B-PER", 2: "I-PER"}}
    tasks = {
        "MaskedLM": {},
        "SequenceClassification": {"id2label": {0: "good", 1: "bad"}},
        "TokenClassification": labels,
        "QuestionAnswering": {},
    }
    for task, options in tasks.items():
        model = getattr(triform, f"AutoModelFor{task}").from_config(triform.BertConfig(**SIZES, **options), seed=5)
        model.save_pretrained(base / task)
        (base / task / "vocab.txt").write_text("\n".join(WORDS) + "\n")
        (base / task / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    triform.AutoModel.from_config(triform.BertConfig(**SIZES), seed=5).save_pretrained(base / "base")
    (base / "base" / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return base


def answers(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_fill_mask(folders, backend):
    said = answers(
        triform_("run", str(folders / "MaskedLM"), "paris is the [MASK] of france", "--json", "--backend", backend, "--top", "3")
    )
    assert said["task"] == "MaskedLM" and said["class"] == "BertForMaskedLM" and said["backend"] == backend
    found = said["results"][0]["answers"]
    assert len(found) == 3 and found[0]["score"] >= found[1]["score"] and found[0]["text"] == f"paris is the {found[0]['word']} of france"
    assert all(answer["word"] in WORDS for answer in found)


def test_classification(folders):
    said = answers(triform_("run", str(folders / "SequenceClassification"), "anna lives in paris", "who is anna", "--json"))
    for result in said["results"]:
        assert {answer["label"] for answer in result["answers"]} == {"good", "bad"}
        assert abs(sum(answer["score"] for answer in result["answers"]) - 1) < 1e-5


def test_entities_have_spans(folders):
    text = "anna lives in paris ."
    said = answers(triform_("run", str(folders / "TokenClassification"), text, "--json"))
    for answer in said["results"][0]["answers"]:
        assert text[answer["start"] : answer["end"]] == answer["text"] and answer["entity"] == "PER"


def test_question_answering(folders):
    text = "anna lives in paris ."
    said = answers(triform_("run", str(folders / "QuestionAnswering"), text, "-q", "who lives in paris", "--json"))
    assert all(text[a["start"] : a["end"]] == a["answer"] for a in said["results"][0]["answers"]) and said["results"][0]["answers"]
    refused = triform_("run", str(folders / "QuestionAnswering"), text)
    assert refused.returncode == 1 and "--question" in refused.stderr


def test_similarity_from_standard_input(folders):
    done = triform_("run", str(folders / "base"), stdin="anna lives in paris\nwho lives in paris\nfrance .\n")
    assert done.returncode == 0 and "cosine" in done.stdout and "anna lives in paris" in done.stdout


def test_tables_show_brackets_as_they_are(folders):
    done = triform_("run", str(folders / "MaskedLM"), "paris is [MASK]")
    assert "paris is [MASK]" in done.stdout


def test_explain(folders):
    said = json.loads(triform_("explain", str(folders / "MaskedLM"), "--json").stdout)
    found = {finding["auto_class"]: finding for finding in said["findings"]}
    assert found["AutoModelForMaskedLM"]["cls"] == "BertForMaskedLM" and found["AutoModelForMaskedLM"]["missing"] == ""
    assert found["AutoModelForQuestionAnswering"]["missing"] == "new head"
    assert found["AutoConfig"]["decided_by"] == "config.json: model_type 'bert'" and said["weights"] == ["model.safetensors"]
    assert found["AutoTokenizer"]["cls"] == "BertTokenizer" and "tokenizer_config.json" in found["AutoTokenizer"]["decided_by"]
    assert "AutoModelForMaskedLM" in triform_("explain", str(folders / "MaskedLM")).stdout


def test_explain_reads_no_weights_and_imports_no_framework(folders):
    code = (
        "import sys, triform.auto.explain as e; e.explain(sys.argv[1]);"
        "print([m for m in ('torch', 'tensorflow', 'jax', 'huggingface_hub') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folders / "base")], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_explain_of_what_is_broken(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "brt"}')
    done = triform_("explain", str(tmp_path))
    assert done.returncode == 0 and "Did you mean" in " ".join(done.stdout.split())  # a long path makes it wrap


def test_list():
    said = json.loads(triform_("list", "--json").stdout)
    assert said["bert"]["AutoModelForMaskedLM"] == "BertForMaskedLM"
    assert "bert" in triform_("list", "--task", "masked-lm").stdout
    assert "bert" not in json.loads(triform_("list", "--task", "Backbone", "--json").stdout)


def test_convert(folders, tmp_path):
    done = triform_("convert", str(folders / "MaskedLM"), str(tmp_path / "out"), "--dtype", "bfloat16")
    assert done.returncode == 0 and "model.safetensors" in done.stdout
    model = triform.AutoModelForMaskedLM.from_pretrained(tmp_path / "out")
    assert model.dtype == torch.bfloat16 and not model.loading_report.missing
    assert triform.AutoTokenizer.from_pretrained(tmp_path / "out").tokenize("paris") == ["paris"]
    again = triform_("convert", str(folders / "MaskedLM"), str(tmp_path / "out"))
    assert again.returncode == 1 and "--force" in again.stderr
    assert triform_("convert", str(folders / "MaskedLM"), str(tmp_path / "out"), "--force").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["run", "/nothing/there", "x"], 1, "no folder /nothing/there"),
        (["run", "x y", "x"], 1, "cannot be a repository's name"),
        (["explain", "/nothing"], 1, "no folder"),
        (["list", "--task", "maskd-lm"], 1, "MaskedLM"),
        (["list", "--backend", "mxnet"], 1, "torch, tf, flax"),
        (["nonsense"], 2, "nonsense"),
        (["run"], 2, "triform run"),
    ],
)
def test_errors_have_a_status_and_no_traceback(arguments, status, says):
    done = triform_(*arguments)
    assert done.returncode == status and says in done.stderr and "Traceback" not in done.stderr


def test_a_traceback_when_asked():
    done = triform_("--traceback", "explain", "/nothing")
    assert done.returncode == 1 and "Traceback" in done.stderr


def test_help_has_examples_and_version():
    assert "Example" in triform_("run", "--help").stdout and "explain" in triform_("--help").stdout
    assert triform_("--version").stdout.strip() == f"triform {triform.__version__}"


def test_shell_completion():
    done = triform_("--show-completion", "bash", _TRIFORM_COMPLETE="")
    assert "--install-completion" in triform_("--help").stdout or done.returncode == 0
