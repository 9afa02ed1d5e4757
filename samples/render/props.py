"""Which parts each scene needs: meshes and prints, written into the scene's build folder."""

from __future__ import annotations

from objects import cardboard, glass, metal, paper, plastic, trash

PROPS = {
    name.replace("_", "-"): part
    for module in (glass, paper, cardboard, plastic, metal, trash)
    for name, part in vars(module).items()
    if callable(part) and getattr(part, "__module__", "") == module.__name__ and not name.startswith("_")
}
