"""What the doctor says of one provider, by the name of the check."""

from __future__ import annotations

from bot.doctor.report import run_checks


async def said_of(provider: str, password: str) -> dict[str, str]:
    """Run the doctor; it looks at nothing of Volt's, and shows no password."""
    said: list[str] = []
    await run_checks(said.append)
    assert password not in "\n".join(said)
    found = {line[6:22].strip(): f"{line[:4]} {line[24:]}" for line in said[:-1]}
    assert not [name for name in found if name.startswith("Volt")]
    return {
        name.removeprefix(f"{provider} "): words for name, words in found.items() if name.startswith(f"{provider} ")
    }
