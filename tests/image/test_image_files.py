"""Dockerfile, compose.yaml, Caddyfile, Procfile: what they name exists, nothing runs as root, none holds a secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.config import Config
from bot.domain.database_address import DatabaseAddress, Engine, address_in
from tests.image.dockerfile import Stage, stages_in

ROOT = Path(__file__).parents[2]
STAGES = stages_in(ROOT / "Dockerfile")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SETTINGS = {name.upper() for name in Config.model_fields}
BOTS = [name for name, service in SERVICES.items() if service.get("image") == "volt-bot"]

OF_PROGRAMS = {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "XDG_DATA_HOME", "XDG_CONFIG_HOME"}
"""Variables of the image that are for Python and Caddy."""


def stage_of(service: dict[str, Any]) -> Stage | None:
    """Give the stage that a service's image is built by; None for an image of somebody else's."""
    return STAGES[service["build"]["target"]] if "build" in service else None


def test_the_image_sets_settings_that_exist() -> None:
    """Each variable that the image sets is one of the bot's settings, or one that a program in it reads."""
    for stage in STAGES.values():
        names = {word.partition("=")[0] for one in stage.instructions if one.name == "ENV" for word in one.words}
        assert names <= SETTINGS | OF_PROGRAMS, stage.name


def test_compose_sets_settings_that_exist() -> None:
    """Two bots or more run, each with settings that exist, on one PostgreSQL that they are told by DATABASE_URL."""
    assert len(BOTS) >= 2
    for name in BOTS:
        assert set(SERVICES[name]["environment"]) <= SETTINGS
        assert SERVICES[name]["env_file"] == ".env"
        assert address(SERVICES[name]).engine is Engine.POSTGRES
        assert address(SERVICES[name]).location == "database/volt"
        assert (SERVICES[name]["environment"]["HOST"], SERVICES[name]["environment"]["PORT"]) == ("0.0.0.0", "3000")


def address(service: dict[str, Any]) -> DatabaseAddress:
    """Read DATABASE_URL as a bot does, with a password of letters and digits."""
    return address_in(re.sub(r"\$\{\w+:\?[^}]*\}", "0af3", service["environment"]["DATABASE_URL"]))


@pytest.mark.parametrize("name", SERVICES)
def test_no_process_is_root_or_may_become_it(name: str) -> None:
    """Each service has a user that is not root, no capabilities, a read-only root and no way to more rights."""
    service = SERVICES[name]
    stage = stage_of(service)
    user = stage.user if stage else service["user"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user), user
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


def test_what_waits_for_what() -> None:
    """A bot starts once the database answers, and the image says by itself whether a bot is well."""
    assert SERVICES["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    for name in BOTS:
        assert SERVICES[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
    health = STAGES["bot"].last("HEALTHCHECK")
    assert health is not None
    assert "/healthz" in " ".join(health.words)


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    """The proxy alone has ports, it knows every bot, and the database stands in a network that leads nowhere."""
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    caddyfile = (ROOT / "Caddyfile").read_text(encoding="utf-8")
    for name in BOTS:
        assert f"{name}:3000" in caddyfile
    assert SERVICES["database"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_what_is_kept_is_on_a_volume() -> None:
    """The database and the certificates outlive their containers."""
    for name in ("database", "proxy"):
        assert [volume.partition(":")[0] in COMPOSE["volumes"] for volume in SERVICES[name]["volumes"]] == [True]


def test_platforms_start_the_bot() -> None:
    """Procfile starts the bot where a platform reaches it, whatever the database; the port is the platform's."""
    (line,) = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    kind, *words = line.split()
    given = dict(word.split("=") for word in words if "=" in word)
    assert (kind, words[len(given) :]) == ("web:", ["python", "-m", "bot", "serve"])
    assert given == {"HOST": "0.0.0.0"}


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "Caddyfile", "Procfile", ".dockerignore"])
def test_no_secret(name: str) -> None:
    """No file holds a secret: whatever is one comes from the environment by its name."""
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if found := re.search(r"(?:PASSWORD|TOKEN|SECRET|KEYS?)\w*\s*[:=]\s*([^?\s]\S*)", line):
            assert found[1].startswith("${"), line
    assert not re.search(r"xox[bp]-|xapp-|://[^\s:$]+:[^\s$@]+@", text)
    assert "COPY .env" not in text


def test_every_copied_file_is_let_into_the_build() -> None:
    """What the Dockerfile copies exists and is not ignored, and nothing else is let in."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = {
        word
        for stage in STAGES.values()
        for one in stage.instructions
        if one.name == "COPY" and "from" not in one.options
        for word in one.words[:-1]
    }
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)
    assert "*" in ignored


def test_packages_are_installed_by_their_hashes() -> None:
    """The image installs what the lock file names, PostgreSQL's client library among it."""
    installs = [one.text for one in STAGES["build"].instructions if one.name == "RUN" and "pip install" in one.text]
    assert "--require-hashes --only-binary :all: --requirement requirements.txt" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
    assert re.search(r"^psycopg-binary==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_unknown_instructions_are_refused(tmp_path: Path) -> None:
    """An instruction that the check does not carry out is an error, not something skipped."""
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:bookworm-slim AS one\nVOLUME /data\n")
    with pytest.raises(ValueError, match="not known here: VOLUME /data"):
        stages_in(file)


def test_a_stage_reads_as_docker_reads_it(tmp_path: Path) -> None:
    """Comments, continued lines, options and lists are read; the last instruction of a name counts."""
    file = tmp_path / "Dockerfile"
    file.write_text(
        "# what it is\nFROM debian:bookworm-slim AS one\nRUN first \\\n && second\nUSER 1:1\nUSER 2:2\n"
        'HEALTHCHECK --interval=5s --retries=3 \\\n    CMD ["ask", "it"]\nFROM one AS two\nCOPY --from=one a b /c/\n'
    )
    one, two = stages_in(file).values()
    assert [step.text for step in one.instructions if step.name == "RUN"] == ["first && second"]
    assert one.user == "2:2"
    health = one.last("HEALTHCHECK")
    assert health is not None
    assert (health.options, health.words) == ({"interval": "5s", "retries": "3"}, ["ask", "it"])
    assert (two.base, two.user) == ("one", "root")
    assert (two.instructions[0].options, two.instructions[0].words) == ({"from": "one"}, ["a", "b", "/c/"])
