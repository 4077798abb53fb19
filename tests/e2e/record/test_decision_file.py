"""The file of a decision from a real server: by command, through the API and from the desk, checked offline."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.filing import Form, read_file
from bot.filing.page import data_in
from tests.rigs.house import POLICY
from tests.rigs.launching import run
from tests.rigs.server import Server, serving

STRANGER = POLICY.replace("groups:\n", "  zoe: {email: zoe@acme.test, name: Zoe}\ngroups:\n", 1)
CARD = "4111 1111"
SECONDS = 30.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("server"), policy=STRANGER) as found:
        yield found


@pytest.fixture(scope="module")
def decided(server: Server) -> dict[str, str]:
    """A request that a person approved on the desk and its agent ran; its ``id``, and its agent's ``token``."""
    return asyncio.run(_decided(server))


async def _decided(server: Server) -> dict[str, str]:
    token = (await asyncio.to_thread(server.agent))["token"]
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}) as http:
        body = {
            "tool": "issue_refund",
            "arguments": {"amount": 120, "reason": "Late", "card": CARD},
            "customer": "cust_1",
            "model": "m-1",
            "build": "b-1",
        }
        asked = await http.post(f"{server.url}/api/v1/requests", json=body, headers={"Idempotency-Key": "k"})
        id_: str = asked.raise_for_status().json()["id"]
        async with server.reviewer("dana") as dana:
            await dana.approve(id_, "Seen.")
        spent = await http.post(
            f"{server.url}/api/v1/requests/{id_}/redeem",
            json={"digest": asked.json()["digest"]},
            headers={"Idempotency-Key": "run"},
        )
        spent.raise_for_status()
    return {"id": id_, "token": token}


def checked(server: Server, file: Path, *more: str, elsewhere: Path) -> subprocess.CompletedProcess[str]:
    """Check a file in another folder with nothing but the public key: no database, no settings."""
    key = server.command("audit", "public-key").strip()
    bare = {name: value for name, value in server.env.items() if not name.startswith("SIGNOFF_")}
    words = ("audit", "verify-file", str(file), "--public-key", key, *more)
    return run("bot.cli", *words, folder=elsewhere, environment=bare, seconds=SECONDS)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("masked", [False, True])
def test_a_file_by_command_is_checked_offline(
    server: Server, decided: dict[str, str], tmp_path: Path, form: Form, *, masked: bool
) -> None:
    out = tmp_path / f"x.{form.value}"
    words = ("request", "show", decided["id"], "--file", str(out), *(["--masked"] if masked else []))
    ends = time.monotonic() + SECONDS
    while True:
        server.command(*words)
        done = checked(server, out, elsewhere=tmp_path)
        if done.returncode != 3 or time.monotonic() > ends:  # 3: the newest look is not sealed yet
            break
        time.sleep(0.2)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing in the file" in done.stdout
    assert (b"4111 1111" in out.read_bytes()) == (not masked and form is not Form.PDF)


def test_a_changed_file_is_refused_with_names_and_exit_code_1(
    server: Server, decided: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "x.json"
    server.command("request", "show", decided["id"], "--file", str(out))
    out.write_text(
        out.read_text(encoding="utf-8").replace(
            "Dana (dana), on the desk; limit 10", "Dana (dana), on the desk; limit 90", 1
        ),
        encoding="utf-8",
    )
    done = checked(server, out, "--json", elsewhere=tmp_path)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert {"forged_signature", "statement_differs"} == {one["kind"] for one in told["findings"]}
    assert any("signatures" in one.get("stream", "") for one in told["findings"])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.json", "{}", "no decision file"),
        ("x.pdf", "%PDF-1.7 nothing", "can't be read"),
        ("x.html", "<!doctype html><p>", "its data is not in it"),
        ("x.json", '{"kind":"signoff.proof"}', "audit verify --file"),
    ],
)
def test_what_is_no_file_is_refused_in_words(server: Server, tmp_path: Path, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = checked(server, file, elsewhere=tmp_path)
    assert done.returncode == 1
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_name_without_a_form_is_refused(server: Server, decided: dict[str, str], tmp_path: Path) -> None:
    words = ("request", "show", decided["id"], "--file", str(tmp_path / "x.docx"))
    done = run("bot.cli", *words, folder=server.folder, environment=server.env, seconds=SECONDS)
    assert done.returncode == 1
    assert ".json, .html, .pdf" in done.stderr


# ---------------------------------------------------------------------------------------------------------------- API


def record(server: Server, id_: str, token: str, form: str | None = None, accept: str = "*/*") -> httpx.Response:
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {token}", "Accept": accept}) as http:
        query = {} if form is None else {"form": form}
        return http.get(f"{server.url}/api/v1/requests/{id_}/record", params=query)


def test_the_api_gives_events_as_ever_and_the_file_on_demand(server: Server, decided: dict[str, str]) -> None:
    events = record(server, decided["id"], decided["token"])
    assert set(events.json()) == {"stream", "events"}
    file = read_file(record(server, decided["id"], decided["token"], "file").content)
    assert file.request == decided["id"]
    assert len(file.proof.events) >= len(events.json()["events"])
    assert "dana@acme.test" not in record(server, decided["id"], decided["token"], "file").text
    for answer in (
        record(server, decided["id"], decided["token"], "pdf"),
        record(server, decided["id"], decided["token"], accept="application/pdf"),
    ):
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    page = record(server, decided["id"], decided["token"], accept="text/html,*/*;q=0.8")
    assert read_file(data_in(page.content)).request == decided["id"]
    assert record(server, decided["id"], decided["token"], "docx").status_code == 400


def test_other_agents_get_a_masked_file_or_none(server: Server, decided: dict[str, str]) -> None:
    other = server.agent()["token"]
    assert record(server, decided["id"], other, "file").status_code == 404
    words = ("agent", "create", "auditor", "--owner", "olga@acme.test", "--actions", "refund", "--expires", "30d")
    token = json.loads(server.command(*words, "--reads", "refunds", "--json"))["token"]
    answer = record(server, decided["id"], token, "file")
    assert answer.status_code == 200
    assert "4111 1111" not in answer.text
    assert read_file(answer.content).masked == ("card",)
    assert record(server, decided["id"], token).status_code == 404, "its events hold everything in clear"


# --------------------------------------------------------------------------------------------------------------- desk


@asynccontextmanager
async def at_the_desk(server: Server, person: str) -> AsyncIterator[httpx.AsyncClient]:
    async with server.reviewer(person):
        cookies = server._people[person]
    own = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(trust_env=False, cookies=cookies, headers=own, base_url=server.url) as http:
        yield http


async def test_a_reviewer_reads_it_on_the_desk_and_takes_it_masked(server: Server, decided: dict[str, str]) -> None:
    address = f"/desk/requests/{decided['id']}/file"
    async with at_the_desk(server, "dana") as http:
        assert address in (await http.get(address.removesuffix("/file"))).text
        page = (await http.get(address)).text
        assert "How to read this" in page
        assert "4111 1111" not in page
        assert "nothing masked" not in page
        for form in Form:
            taken = await http.get(address, params={"as": form.value})
            assert taken.status_code == 200
            assert f'filename="decision-{decided["id"]}.{form.value}"' in taken.headers["Content-Disposition"]
            assert b"4111 1111" not in taken.content
        assert (await http.get(address, params={"as": "docx"})).status_code == 400
        csrf = _csrf(page)
        refused = await http.post(address, data={"csrf": csrf, "as": "json"})
        assert refused.status_code == 403


async def test_the_risk_owner_takes_it_whole_and_that_is_on_record(server: Server, decided: dict[str, str]) -> None:
    address = f"/desk/requests/{decided['id']}/file"
    async with at_the_desk(server, "rosa") as http:
        page = (await http.get(address)).text
        before = len(record(server, decided["id"], decided["token"]).json()["events"])
        assert (await http.post(address, data={"csrf": "wrong", "as": "json"})).status_code == 403
        taken = await http.post(address, data={"csrf": _csrf(page), "as": "json"})
        file = read_file(taken.content)
        assert (file.masked, file.withheld) == ((), ())
        assert "4111 1111" in taken.text
    events = record(server, decided["id"], decided["token"]).json()["events"]
    assert len(events) == before + 1
    look: dict[str, Any] = events[-1]
    assert (look["type"], look["actor"], look["surface"]) == ("request.revealed", "person:rosa", "desk")
    assert look["payload"] == {"field": "card", "in_file": True}


async def test_whom_the_request_is_not_shown_to_gets_no_file(server: Server, decided: dict[str, str]) -> None:
    address = f"/desk/requests/{decided['id']}/file"
    async with at_the_desk(server, "zoe") as http:
        for query in ({}, {"as": "json"}):
            refused = await http.get(address, params=query)
            assert refused.status_code == 403
            assert "120" not in refused.text.partition("<main")[2]
    async with httpx.AsyncClient(trust_env=False, base_url=server.url) as nobody:
        assert (await nobody.get(address)).status_code == 401


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]
