"""What the documents say is so."""

import re
from pathlib import Path

import pytest

from triform.auto.registry import ARCHITECTURES, TASKS, head

ROOT = Path(__file__).parent.parent


def test_the_readme_lists_the_tasks_that_have_no_model():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.search(r"<!-- tasks without a model.*?-->\n(.*?)\.\n<!-- end -->", text, re.DOTALL)
    assert listed is not None
    said = set(re.split(r",\s+", listed.group(1).replace("\n", " ").strip()))
    short = lambda name: name.removeprefix("AutoModelFor").removeprefix("Auto")
    without = {short(task) for task in TASKS if not any(head(row, task) for row in ARCHITECTURES.values())}
    assert said == without


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/generation.md"])
def test_links_lead_somewhere(name):
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (path.parent / target).exists(), target


def test_files_that_documents_name_are_there():
    for name in ("README.md", "CONTRIBUTING.md", "docs/architecture.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for target in re.findall(r"`((?:src|tests|examples|tools|docs|benchmarks)/[\w./]+)`", text):
            if "foo" not in target:
                assert (ROOT / target).exists(), f"{name} names {target}"


def test_every_dependency_has_its_reason():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    inside = False
    for line in lines:
        if re.match(r"^(dependencies|\[project.optional-dependencies\]|dev) ?=? ?\[?", line):
            inside = True
        elif line.startswith(("]", "[")) and not line.startswith("[project.optional"):
            inside = False
        elif inside and re.match(r'^\s*("|\w+ = \[)', line) and not line.startswith("all ="):
            assert "#" in line, f"no reason beside: {line.strip()}"


def test_the_readme_s_programs_run(tmp_path):
    """Each Python block, with the names of its placeholders filled in."""
    pytest.importorskip("torch")
    import triform

    config = triform.BertConfig(
        vocab_size=99, hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, is_decoder=True, bos_token_id=2
    )  # fmt: skip
    triform.AutoModel.from_config(config, seed=0).save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", ",", "world"]) + "\n")
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        code = block.replace('"path/or/name"', repr(str(tmp_path / "model"))).replace('"path"', repr(str(tmp_path / "model")))
        code = code.replace('"folder"', repr(str(tmp_path / "saved")))
        exec(compile(code, "README.md", "exec"), {})
    triform.AutoModel.unregister(next(c for a, c in _registered() if a == "AutoModel"))
    triform.AutoConfig.unregister("new-model")


def _registered():
    from triform.auto.custom import CUSTOM

    return list(CUSTOM.models)
