"""Writes a package's figures: `confusion.svg`, and the part of README.md between its markers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Dict, List
from xml.sax.saxutils import escape

START, END = "<!-- figures: start -->", "<!-- figures: end -->"
CELL, LEFT, TOP = 62, 104, 54


def shade(share: float) -> str:
    """From white (0) to dark blue (1)."""
    red, green, blue = (round(255 + (dark - 255) * share) for dark in (16, 78, 139))
    return f"#{red:02x}{green:02x}{blue:02x}"


def text(x: float, y: float, content: str, anchor: str, fill: str = "#222") -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}">{escape(content)}</text>'
    )


def confusion_svg(matrix: List[List[int]], labels: List[str]) -> str:
    """One cell a pair of true and predicted class; the shade is the share of the true class."""
    size = CELL * len(labels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + size + 12}"'
        f' height="{TOP + size + 12}" font-family="sans-serif" font-size="13" role="img">',
        "<title>Confusion matrix of the validation split</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
        text(LEFT + size / 2, 18, "predicted", "middle", "#666"),
        text(8, TOP - 10, "true", "start", "#666"),
    ]
    for row, counts in enumerate(matrix):
        y = TOP + row * CELL
        parts.append(text(LEFT - 8, y + CELL / 2 + 5, labels[row], "end"))
        parts.append(text(LEFT + row * CELL + CELL / 2, TOP - 10, labels[row], "middle"))
        for column, count in enumerate(counts):
            x, share = LEFT + column * CELL, count / max(sum(counts), 1)
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}"'
                f' fill="{shade(share)}" stroke="#ddd"/>'
            )
            colour = "#fff" if share > 0.5 else "#222"
            parts.append(text(x + CELL / 2 - 1, y + CELL / 2 + 4, str(count), "middle", colour))
    return "\n".join(parts + ["</svg>", ""])


def figures(validation: Dict[str, Any]) -> str:
    """The Markdown table of each class."""
    wrong = round(validation["pictures"] * (1 - validation["accuracy"]))
    lines = [
        f"Accuracy on TrashNet's val split: **{validation['accuracy']:.1%}** "
        f"({wrong} of {validation['pictures']} pictures wrong).",
        "",
        "| class | precision | recall | pictures |",
        "|---|---|---|---|",
    ]
    for label, row in validation["perClass"].items():
        lines.append(
            f"| {label} | {row['precision']:.1%} | {row['recall']:.1%} | {row['pictures']} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path)
    package: Path = parser.parse_args().package
    manifest = json.loads((package / "model.json").read_text())
    labels = (package / manifest["labels"]).read_text().split()
    validation = manifest["provenance"]["validation"]
    (package / "confusion.svg").write_text(confusion_svg(validation["confusion"], labels))
    readme = package / "README.md"
    before, start, rest = readme.read_text().partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise SystemExit(f"{readme} lacks the markers {START} and {END}")
    readme.write_text(f"{before}{START}\n{figures(validation)}\n{END}{after}")


if __name__ == "__main__":
    main()
