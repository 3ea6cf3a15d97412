"""The short version of the load: a few hundred hostile requests on every route of the real process."""

from pathlib import Path

import pytest

from tests.hostile.load import drop_bombs, put_load
from tests.hostile.payloads import ROUTES
from tests.hostile.target import Target

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory and open files are read in /proc")

SEED = "suite"


@pytest.mark.parametrize("path_secret", ["", "sandbox-path-0123456789"])
@pytest.mark.timeout(150)
async def test_hostile_requests_do_no_harm(tmp_path: Path, path_secret: str) -> None:
    """Whatever a stranger sends: no 5xx, a clean log, no growth, and good texts pass as before."""
    routes = [route for route in ROUTES if (route == "secret") == bool(path_secret)]
    async with Target(tmp_path / "bot", path_secret=path_secret) as target:
        for route in routes:
            count = await put_load(target, route, SEED, requests=80, warm_up=20)
            assert count.faults == []
        assert (await drop_bombs(target)).faults == []
        assert await target.bot.terminate() == 0
        assert target.log.faults == []
