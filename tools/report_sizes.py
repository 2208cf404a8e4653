"""Tell which files, functions and templates have grown past our habits. Habits, not limits: this never fails."""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE, TEST_FILE, TEMPLATE, FUNCTION = 400, 600, 120, 40  # lines


def main() -> int:
    for line in [*long_files(), *long_functions()]:
        print(line)
    return 0


def long_files() -> list[str]:
    found = []
    for path in sorted([*ROOT.glob("src/**/*.py"), *ROOT.glob("tests/**/*.py"), *ROOT.glob("src/**/*.html")]):
        if "migrations" in path.parts:
            continue
        limit = TEMPLATE if path.suffix == ".html" else TEST_FILE if "tests" in path.relative_to(ROOT).parts else FILE
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > limit:
            found.append(f"{path.relative_to(ROOT)}: {lines} 行（习惯上限 {limit}）")
    return found


def long_functions() -> list[str]:
    found = []
    for path in sorted(ROOT.glob("src/**/*.py")):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} {lines} 行（习惯上限 {FUNCTION}）")
    return found


if __name__ == "__main__":
    sys.exit(main())
