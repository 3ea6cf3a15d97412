"""Files of the stand-in: what people send, how the bot fetches it, and how it uploads its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.harness.world import AVA, CHANNEL
from tests.sandbox.slack_stage import Stage, error_of, staged

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SHARE_KEYS = {"type", "text", "files", "upload", "user", "display_as_bot", "ts", "blocks", "client_msg_id", "channel"}
SHARE_KEYS |= {"subtype", "event_ts", "channel_type"}


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Give the stand-in with an app."""
    async with staged() as ready:
        yield ready


async def fetched(stage: Stage, url: str, token: str | None) -> tuple[int, str, bytes]:
    """Return status, content type and body of a download that follows redirects as aiohttp does."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    async with stage.session.get(url, headers=headers) as answer:
        body = await answer.read()
        assert answer.headers["Content-Length"] == str(len(body))
        return answer.status, answer.content_type, body


async def uploaded(stage: Stage, data: bytes = PICTURE, name: str = "a.png") -> str:
    """Upload bytes without completing, and return the file's id."""
    made = await stage.client.files_getUploadURLExternal(filename=name, length=len(data))
    async with stage.session.post(made["upload_url"], data=data) as answer:
        assert answer.status == 200
    return str(made["file_id"])


async def test_a_file_of_a_person_comes_as_file_share_and_can_be_fetched(stage: Stage) -> None:
    """A message with a file has the keys of a recorded file_share; its addresses give the bytes to the bot."""
    file = stage.slack.add_file(AVA, "cat 1.png", "image/png", PICTURE)
    await stage.slack.say(AVA, CHANNEL, "look", files=[file])
    event = stage.last_event()
    assert (event["subtype"], set(event), event["upload"]) == ("file_share", SHARE_KEYS, False)
    [shown] = event["files"]
    assert (shown["mode"], shown["size"], shown["filetype"]) == ("hosted", len(PICTURE), "png")
    for address in ("url_private", "url_private_download"):
        assert await fetched(stage, shown[address], stage.slack.bot_token) == (200, "image/png", PICTURE)


@pytest.mark.parametrize("token", [None, "xoxb-other"])
async def test_without_the_token_there_is_a_login_page_with_status_200(stage: Stage, token: str | None) -> None:
    """A download without the bot's token is answered 200 with HTML."""
    file = stage.slack.add_file(AVA, "a.png", "image/png", PICTURE)
    status, kind, body = await fetched(stage, file["url_private"], token)
    assert (status, kind, b"Sign in" in body) == (200, "text/html", True)


async def test_downloads_misbehave_as_told(stage: Stage) -> None:
    """A download can be redirected on the host, lead to another host, or end at the login page for no reason."""
    file = stage.slack.add_file(AVA, "a.png", "image/png", PICTURE)
    url, token = file["url_private_download"], stage.slack.bot_token
    stage.slack.rules.file_redirects = 1
    async with stage.session.get(url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, urlsplit(url).path.replace("pri", "pri-moved"))
    stage.slack.rules.file_redirects = 2
    assert (await fetched(stage, url, token))[2] == PICTURE
    stage.slack.rules.file_redirects_to_other_host = 1
    assert (await fetched(stage, url, token))[1] == "text/html"
    assert len(stage.slack.other_host_requests) == 1
    stage.slack.rules.file_logins = 1
    assert (await fetched(stage, url, token))[1] == "text/html"
    stage.slack.rules.drops["files-pri"] = -1  # aiohttp fetches once more by itself
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetched(stage, url, token)
    stage.slack.rules.drops.clear()
    assert (await fetched(stage, url, token))[2] == PICTURE


async def test_stubs_say_only_an_id_and_files_info_says_the_rest(stage: Stage) -> None:
    """With stubs an event has ids alone; files.info gives the whole object and where it was shared."""
    stage.slack.rules.file_stubs = True
    file = stage.slack.add_file(AVA, "a.png", "image/png", PICTURE)
    ts = await stage.slack.say(AVA, CHANNEL, "", files=[file])
    assert stage.last_event()["files"] == [{"id": file["id"], "mode": "file_access", "file_access": "check_file_info"}]
    whole = (await stage.client.files_info(file=file["id"]))["file"]
    assert whole == file | {"shares": {"public": {CHANNEL: [{"ts": ts}]}}}
    assert await error_of(stage.client.files_info(file="F0NONE")) == "file_not_found"


async def test_an_upload_appears_in_the_thread_and_can_be_read_back(stage: Stage) -> None:
    """A completed upload is one file_share of the bot in the thread, in its event and in conversations.replies."""
    root = await stage.slack.say(AVA, CHANNEL, "root")
    file_id = await uploaded(stage)
    files: list[dict[str, str | None]] = [{"id": file_id, "title": "A cat"}]
    done = await stage.client.files_completeUploadExternal(
        files=files, channel_id=CHANNEL, thread_ts=root, initial_comment="From Dana"
    )
    assert done["files"] == [{"id": file_id, "title": "A cat"}]
    await stage.slack.until(lambda: len(stage.slack.deliveries) == 3)
    event = next(one for one in stage.events() if one.get("subtype") == "file_share")
    assert (event["user"], event["bot_id"]) == (stage.slack.bot_user_id, stage.slack.bot_id)
    assert (event["text"], event["thread_ts"]) == ("From Dana", root)
    shown = (await stage.client.conversations_replies(channel=CHANNEL, ts=root))["messages"][1]
    assert shown["files"][0]["title"] == "A cat"
    url = shown["files"][0]["url_private"]
    assert await fetched(stage, url, stage.slack.bot_token) == (200, "image/png", PICTURE)
    assert stage.slack.uploads[file_id].data == PICTURE


async def test_slacks_own_client_uploads_in_three_steps(stage: Stage) -> None:
    """files_upload_v2 of slack_sdk works and uses documented arguments only."""
    await stage.client.files_upload_v2(channel=CHANNEL, filename="a.txt", content="hello", initial_comment="see")
    [message] = stage.slack.channels[CHANNEL].messages
    assert (message.text, message.files[0]["name"], message.files[0]["size"]) == ("see", "a.txt", 5)


async def test_bytes_may_come_as_a_form_and_must_have_the_announced_length(stage: Stage) -> None:
    """A multipart upload is taken, one of another length refused with 400, an unknown address with 404."""
    made = await stage.client.files_getUploadURLExternal(filename="a.png", length=len(PICTURE))
    async with stage.session.post(made["upload_url"], data=PICTURE[1:]) as answer:
        assert answer.status == 400
    form = aiohttp.FormData()
    form.add_field("file", PICTURE, filename="a.png", content_type="image/png")
    async with stage.session.post(made["upload_url"], data=form) as answer:
        assert answer.status == 200
    assert stage.slack.uploads[made["file_id"]].data == PICTURE
    async with stage.session.post(made["upload_url"] + "x", data=PICTURE) as answer:
        assert answer.status == 404


async def test_an_upload_is_completed_once_and_only_with_its_bytes(stage: Stage) -> None:
    """A completion is file_not_found without bytes, for an unknown id, and the second time."""
    made = await stage.client.files_getUploadURLExternal(filename="a.png", length=3)
    for file_id in (made["file_id"], "F0NONE"):
        assert await error_of(stage.client.files_completeUploadExternal(files=[{"id": file_id}])) == "file_not_found"
    files: list[dict[str, str | None]] = [{"id": await uploaded(stage)}]
    await stage.client.files_completeUploadExternal(files=files)
    assert not stage.slack.channels[CHANNEL].messages
    again = stage.client.files_completeUploadExternal(files=files, channel_id=CHANNEL)
    assert await error_of(again) == "file_not_found"


async def test_uploads_check_places_sizes_and_errors_on_demand(stage: Stage) -> None:
    """Unknown and foreign channels, an empty file and codes in rules.errors are refused; nothing appears."""
    stage.slack.add_channel("C0OUT", "out", members=False)
    files: list[dict[str, str | None]] = [{"id": await uploaded(stage)}]
    for channel, code in (("C0NONE", "invalid_channel"), ("C0OUT", "not_in_channel")):
        call = stage.client.files_completeUploadExternal(files=files, channel_id=channel)
        assert await error_of(call) == code
    empty = stage.client.files_getUploadURLExternal(filename="a.png", length=0)
    assert await error_of(empty) == "missing_argument"
    stage.slack.rules.errors["files.completeUploadExternal"] = ["file_uploads_disabled"]
    call = stage.client.files_completeUploadExternal(files=files, channel_id=CHANNEL)
    assert await error_of(call) == "file_uploads_disabled"
    assert not stage.slack.channels[CHANNEL].messages


async def test_a_completion_whose_answer_is_lost_has_acted(stage: Stage) -> None:
    """The answer to one method alone can be dropped; the file is there all the same."""
    stage.slack.rules.drops["files.completeUploadExternal"] = 1
    files: list[dict[str, str | None]] = [{"id": await uploaded(stage)}]
    with pytest.raises(aiohttp.ClientConnectionError):
        await stage.client.files_completeUploadExternal(files=files, channel_id=CHANNEL)
    assert stage.slack.calls[-1].is_cut
    assert stage.slack.channels[CHANNEL].messages[0].files[0]["id"] == files[0]["id"]
