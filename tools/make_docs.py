"""Writes what the documents say about the table: docs/models.md, and README's list of tasks that have no model yet.

python tools/make_docs.py           writes them
python tools/make_docs.py --check   exit status 1 where one is stale
"""

import re
import sys
import textwrap
from pathlib import Path

from triform.auto.registry import ARCHITECTURES, TASKS, auto_classes, head

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "triform"


def lines(folder: str, module: str) -> int:
    """Lines of an architecture's file."""
    return len((PACKAGE / folder / f"{module}.py").read_text(encoding="utf-8").splitlines())


def models_page() -> str:
    """docs/models.md: model type × Auto class, and what each architecture costs in lines."""
    out = [
        "# Models\n",
        "Made by `tools/make_docs.py` from the table in `src/triform/auto/registry.py`. Every class is there on PyTorch, TensorFlow",
        "(`TF` before its name) and Flax (`Flax` before its name).\n",
        "| model type | Auto class | class | lines: model, config |",
        "|---|---|---|---|",
    ]
    for model_type, row in sorted(ARCHITECTURES.items()):
        size = f"{lines('models', row.module)}, {lines('configs', row.module)}"
        for i, (auto, cls) in enumerate(auto_classes(row).items()):
            out.append(f"| {f'`{model_type}`' if i == 0 else ''} | {auto} | {cls} | {size if i == 0 else ''} |")
    return "\n".join(out) + "\n"


def readme() -> str:
    """README.md with its list of tasks made anew."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    short = [
        name.removeprefix("AutoModelFor").removeprefix("Auto") for name in TASKS if not any(head(r, name) for r in ARCHITECTURES.values())
    ]
    listed = textwrap.fill(", ".join(short) + ".", 136)
    return re.sub(r"(<!-- tasks without a model.*?-->\n).*?(\n<!-- end -->)", lambda m: m[1] + listed + m[2], text, flags=re.DOTALL)


def main() -> int:
    wanted = {ROOT / "docs" / "models.md": models_page(), ROOT / "README.md": readme()}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: run `make fix`.")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
