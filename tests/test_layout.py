"""The house rules, held: who imports whom, how long files are, and that the table tells the truth."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from triform.auto.registry import ARCHITECTURES, BACKENDS, TASKS, auto_classes, model_class, public_classes

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "triform"
FRAMEWORKS = {"torch", "tensorflow", "keras", "jax", "flax", "jaxlib", "optree"}
SHARED = ("models", "generation")  # sources that every backend executes
BACKEND_FOLDERS = tuple(BACKENDS)


def files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def imports(path: Path) -> list[tuple[int, str, bool]]:
    """(level, module, whether at the top of the file) of every import."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(0, alias.name, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or "", id(node) in top))
    return found


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_frameworks_are_imported_in_their_folders_only():
    wrong = []
    for path in files():
        place = path.relative_to(SOURCE).parts[0]
        for level, module, at_top in imports(path):
            if level == 0 and module.split(".")[0] in FRAMEWORKS and place not in BACKEND_FOLDERS and at_top:
                wrong.append(f"{path.relative_to(SOURCE)} imports {module}")
    assert not wrong


@pytest.mark.parametrize("path", sorted((SOURCE / "models").glob("*.py")), ids=lambda p: p.stem)
def test_architectures_see_the_vocabulary_only(path):
    if path.stem == "__init__":
        return
    allowed = re.compile(
        r"^triform\.(configs\.\w+|outputs|vision_outputs|image_text_outputs|errors)$|^(typing|collections\.abc|math|dataclasses|functools|itertools|hashlib)$|^numpy$"
    )
    for level, module, _ in imports(path):
        assert level in (1, 2) or allowed.match(module), f"{path.name} imports {module}"
    source = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == "forward":
            assert node.args.kwarg is None, f"{path.name}: forward takes **{node.args.kwarg.arg}, which swallows typing slips"


TENSOR_METHODS = {
    "view", "reshape", "permute", "transpose", "contiguous", "expand", "unsqueeze", "squeeze", "float", "half", "long", "bool",
    "masked_fill", "astype", "item", "tolist", "detach", "cpu", "numpy", "clone", "softmax", "matmul", "size", "dim",
}  # fmt: skip


@pytest.mark.parametrize("path", sorted((SOURCE / "models").glob("*.py")), ids=lambda p: p.stem)
def test_architectures_call_no_tensor_methods(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TENSOR_METHODS:
            receiver = node.func.value
            assert isinstance(receiver, ast.Name) and receiver.id in ("ops", "nn", "np", "self"), (
                f"{path.name}:{node.lineno} calls .{node.func.attr}()"
            )


def test_backends_do_not_see_each_other():
    for path in files():
        place = path.relative_to(SOURCE).parts[0]
        for level, module, _ in imports(path):
            for other in set(BACKEND_FOLDERS) - {place}:
                if place in BACKEND_FOLDERS and level == 0:
                    assert not module.startswith(f"triform.{other}"), f"{path.relative_to(SOURCE)} imports {module}"


@pytest.mark.parametrize("model_type", ARCHITECTURES)
def test_every_row_of_the_table_is_there(model_type, backend):
    from triform.auto.registry import config_class

    row = ARCHITECTURES[model_type]
    assert config_class(model_type).model_type == model_type
    for head in row.heads:
        cls = model_class(backend, row, head)
        assert cls.__name__ == row.prefix + head
        assert cls.config_class is config_class(model_type)
    assert auto_classes(row)
    for task in row.tasks:
        assert f"AutoModelFor{task}" in TASKS or task in ("AutoModel", "AutoBackbone")


def test_every_architecture_has_a_test():
    tested = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "models").glob("test_*.py"))
    missing = [model_type for model_type in ARCHITECTURES if f'"{model_type}"' not in tested]
    assert not missing


def test_class_names_are_unique():
    names = public_classes()
    assert len(names) == len(set(names))


def test_importing_triform_imports_nothing_else():
    code = (
        "import sys, triform; from triform import AutoModel, TFAutoModel, FlaxAutoModel, AutoConfig, PretrainedConfig;"
        "triform.list_models();"
        "print([m for m in ('torch', 'tensorflow', 'keras', 'jax', 'flax', 'huggingface_hub', 'transformers') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_tokenizer_imports_no_array_library(tmp_path):
    from tokenizers import Tokenizer, models

    Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]")).save(str(tmp_path / "tokenizer.json"))
    code = "import sys, triform; triform.AutoTokenizer.from_pretrained(sys.argv[1])('a'); print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["triform.models.bert", "triform.generation.context"])
def test_shared_sources_say_where_to_import_from(name):
    out = subprocess.run([sys.executable, "-c", f"import {name}"], capture_output=True, text=True)
    assert "import triform.torch, triform.flax or triform.tf" in out.stderr


def test_the_project_speaks_of_itself_alone():
    words = re.compile(r"/(work|farm)/|/root/|\bCEO\b|\bthis session\b|another session", re.IGNORECASE)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".txt", ".pyi", "") and path.name != "test_layout.py" and path.is_file():
            found = words.search(path.read_text(encoding="utf-8", errors="replace"))
            assert found is None, f"{name}: {found}"
