"""Root folders in which commands run as a container engine runs them: own mounts, own processes, a user, few variables.

Needs root, for mount and chroot. The network is this machine's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

_ENTER = """set -e
mount --bind "$0" "$0"
[ -z "$READ_ONLY" ] || mount -o remount,ro,bind "$0"
mount -t proc proc "$0/proc"
for where in $WRITABLE; do mount -t tmpfs -o "uid=${1%:*},gid=${1#*:},mode=0700" tmpfs "$0$where"; done
exec setpriv $NO_NEW_PRIVS chroot --userspec="$1" --groups= "$0" "${@:2}"
"""


@dataclass
class Root:
    """A root folder, and what was said of the processes in it: their user, folder and variables."""

    folder: Path
    user: str = "0:0"
    workdir: str = "/"
    variables: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})

    def copy(self, folder: Path) -> Root:
        """Copy it to another folder."""
        subprocess.run(["/bin/cp", "--archive", "--reflink=auto", str(self.folder), str(folder)], check=True)  # noqa: S603
        return Root(folder, self.user, self.workdir, dict(self.variables))

    def build(self, command: str) -> None:
        """Run what builds the image, with the network. Raises RuntimeError."""
        for file in (CERTIFICATES, Path("/etc/resolv.conf")):
            there = self.folder / f"run/{file.name}" if file is CERTIFICATES else self.folder / str(file).lstrip("/")
            there.unlink(missing_ok=True)
            shutil.copy(file, there)
        pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_DEFAULT")}
        pip["PIP_CERT"] = f"/run/{CERTIFICATES.name}"  # of this machine: a proxy may stand between it and PyPI
        line = self.command(["/bin/sh", "-c", command], pip | {"DEBIAN_FRONTEND": "noninteractive"})
        ended = subprocess.run(line, check=False, capture_output=True, text=True)  # noqa: S603
        if ended.returncode:
            raise RuntimeError(f"{command}\n{ended.stdout[-2_000:]}{ended.stderr[-2_000:]}")
        (self.folder / f"run/{CERTIFICATES.name}").unlink()

    def command(
        self, words: Sequence[str], variables: Mapping[str, str], *, is_hardened: bool = False, writable: str = ""
    ) -> list[str]:
        """Give the command line that runs `words` in it; hardened, nothing but `writable` can be written."""
        given = [f"{name}={value}" for name, value in (self.variables | dict(variables)).items()]
        hardening = ["READ_ONLY=1", "NO_NEW_PRIVS=--no-new-privs"] if is_hardened else []
        enter = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/bash", "-c", _ENTER]
        inside = ["/usr/bin/env", "--ignore-environment", f"--chdir={self.workdir}", *given, *words]
        return ["/usr/bin/env", f"WRITABLE={writable}", *hardening, *enter, str(self.folder), self.user, *inside]
