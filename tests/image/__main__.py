"""`make image-check`: builds what the Dockerfile says in root folders of debootstrap, and runs it as compose.yaml does.

It says a line for each thing that holds, and stops at the first that does not. Needs root and Debian's debootstrap.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.image.build import Build
from tests.image.dockerfile import stages_in
from tests.image.running import look_at_bot_and_proxy, say

CONTEXT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Build and run it; returns the exit code."""
    asked = argparse.ArgumentParser(prog="python -m tests.image", description=__doc__)
    asked.add_argument("--base", type=Path, help="a root folder that debootstrap has made before")
    base = asked.parse_args().base
    if missing := _missing(base):
        say(f"The image was not checked: {missing}.")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="volt-bot-image-", dir="/var/tmp"))  # a gigabyte: not in memory
    folder.chmod(0o755)
    try:
        _check(folder, base)
    finally:
        shutil.rmtree(folder)
    return 0


def _missing(base: Path | None) -> str:
    """Say what is missing here; "" for nothing."""
    if os.geteuid() != 0:
        return "it needs root, for mount and chroot (sudo make image-check)"
    needed = ["unshare", "setpriv", "chroot", *([] if base else ["debootstrap"])]
    absent = [name for name in needed if shutil.which(name) is None]
    return f"it needs {', '.join(absent)} (apt-get install debootstrap util-linux)" if absent else ""


def _check(folder: Path, base: Path | None) -> None:
    stages = stages_in(CONTEXT / "Dockerfile")
    build = Build(CONTEXT, folder, base)
    roots = {}
    for stage in stages.values():
        roots[stage.name] = build.stage(stage)
        say(f"built  {stage.name}")
    asyncio.run(look_at_bot_and_proxy(stages, roots, folder))


if __name__ == "__main__":
    sys.exit(main())
