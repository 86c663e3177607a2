"""Writes the static lists of public names that editors and type checkers read: triform/__init__.pyi and those of the backends.

python tools/make_stubs.py           writes them
python tools/make_stubs.py --check   exit status 1 where one is stale
"""

import sys
from pathlib import Path

from triform.auto.names import BASES, PLAIN
from triform.auto.registry import ARCHITECTURES, BACKENDS, TASKS

PACKAGE = Path(__file__).parent.parent / "src" / "triform"
HEAD = "# Made by tools/make_stubs.py: change the table in auto/registry.py and run `make fix`.\n"


def package_stub() -> str:
    """triform/__init__.pyi."""
    lines = [HEAD, "from typing import Any\n", "from triform.auto.factory import AutoModelBase\n"]
    lines += [f"from {module} import {name} as {name}\n" for name, module in sorted(PLAIN.items(), key=lambda item: (item[1], item[0]))]
    for row in _rows():
        lines.append(f"from triform.configs.{row.module} import {row.prefix}Config as {row.prefix}Config\n")
    for name, backend in BASES.items():
        lines.append(f"from triform.{backend}.pretrained import {name} as {name}\n")
    for backend, mark in BACKENDS.items():
        for row in _rows():
            for cls in _classes(row):
                lines.append(f"from triform.{backend} import {cls} as {mark}{cls}\n")
    lines.append("\n__version__: str\n")
    for mark in BACKENDS.values():
        lines += [f"\nclass {mark}{task}(AutoModelBase): ..." for task in TASKS]
    return "".join(lines) + "\n\ndef __getattr__(name: str) -> Any: ...\n"


def backend_stub(backend: str) -> str:
    """triform/<backend>/__init__.pyi: each class is one of the shared source and of the framework at once."""
    base = next(name for name, of in BASES.items() if of == backend)
    lines = [HEAD, "from typing import Any\n"]
    modules = sorted({row.module for row in _rows()})
    lines += [f"from triform.models import {module} as _{module}\n" for module in modules]
    lines.append(f"from triform.{backend}.pretrained import {base} as {base}\n")
    lines.append("\ndef architecture_class(module: str, name: str) -> Any: ...\n")
    for row in _rows():
        lines += [f"\nclass {cls}(_{row.module}.{cls}, {base}): ...  # type: ignore[misc]" for cls in _classes(row)]
    return "".join(lines) + "\n"


def _rows() -> list:
    seen: dict[str, object] = {}
    for row in ARCHITECTURES.values():
        seen.setdefault(row.prefix, row)
    return [seen[prefix] for prefix in sorted(seen)]


def _classes(row) -> list[str]:
    return sorted(row.prefix + head for head in row.heads)


def main() -> int:
    wanted = {PACKAGE / "__init__.pyi": package_stub()}
    wanted |= {PACKAGE / backend / "__init__.pyi": backend_stub(backend) for backend in BACKENDS}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(PACKAGE.parent.parent)} is stale: run `make fix`.")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
