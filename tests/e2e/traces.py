"""A student who leaves all the traces there are, and where traces are looked for."""

import base64
import re
import time

import redis
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, text

from tests.browser import follow
from tests.e2e.stack import Stack
from tests.student.person import ANSWERS
from webapp.embedded import running_servers

EMAIL, NEW_EMAIL = "quillon.zarathwaite@student.example", "zara.newbox@student.example"
PHONE, NEW_PHONE = "+14153876512", "+14153876513"
WORDS = "Orchestrate zebrafish telemetry for hospitals"
TRACES = (
    *("quillon", "zarathwaite", "zaranew", "zara.newbox", "zebrafish", "axolotl", "wolverine", "$31,417"),
    *(number.removeprefix("+1") for number in (PHONE, NEW_PHONE)),
    *("387-6512", "387 6512", "387-6513", "387 6513"),
)
FORM = {
    **ANSWERS,
    "goal": {**ANSWERS["goal"], "words": WORDS, "interests": "axolotl imaging, public health"},
    "practicalities": {**ANSWERS["practicalities"], "budget_usd": "$31,417"},
}
SCHOOLS, OPEN = ("Brambleford", "Pellworth", "Thistlecombe"), 2
"""The last has paused, so it is never told of anybody."""
HANGING = (
    *("draft_steps", "lead_answers", "pending_requests", "resume_links", "shared_lists", "shortlisted_programs"),
    "prospect_keys",
    "feedback WHERE draft_id IS NOT NULL",
    "drafts WHERE earlier <> '[]' OR answers <> '{}'",
)
"""Rows of one student that may name nobody and still are theirs."""


def use_everything(page: Page, stack: Stack, results: str) -> None:
    """All that can be done with a list, so that it leaves what it can leave; back on the list."""
    page.goto(f"{stack.url}/match/later")
    page.get_by_label("E-mail address").fill(EMAIL)
    follow(page, page.get_by_role("button", name="Mail me one link"))
    page.goto(f"{stack.url}/dev/inbox")
    wait_for(page, "Your link to finish the form")
    page.goto(results)
    page.get_by_text("Not for me").last.click()
    follow(page, page.get_by_role("button", name="I know it already").last)
    follow(page, page.get_by_role("button", name="Add to shortlist").first)
    page.goto(results)
    page.locator("#panel").evaluate("panel => panel.open = true")
    page.get_by_label("Budget").fill("$40,000")
    follow(page, page.get_by_role("button", name="Keep these"))
    page.goto(f"{stack.url}/share?list=shortlist")
    page.get_by_text("30 days").click()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_text("The link is made")).to_be_visible()
    page.goto(results)


def write_half_a_request(page: Page, results: str) -> None:
    page.goto(f"{results}/introductions")
    page.get_by_label("First name").fill("Quillon")
    page.get_by_role("button", name="See what would be sent").click()
    expect(page.get_by_text("Tick at least one school").first).to_be_visible()


def correct(page: Page, mine: str) -> None:
    page.goto(f"{mine}/details")
    page.get_by_label("First name").fill("Zaranew")
    page.get_by_label("Phone number").fill(NEW_PHONE)
    page.get_by_label("E-mail address").fill(NEW_EMAIL)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("your details are corrected")).to_be_visible()


def confirm_the_new_address(page: Page, stack: Stack) -> str:
    """Open the mail to the new address and press the button; the address of the my-data page from then on."""
    page.goto(f"{stack.url}/dev/inbox")
    wait_for(page, "Is this your address?")
    page.get_by_role("link", name="Is this your address?").first.click()
    link = page.frame_locator("iframe").get_by_role("link", name="Open the page").get_attribute("href")
    page.goto(str(link))
    page.get_by_role("button", name="Yes, this is my address").click()
    page.wait_for_url("**/my-data/*")
    expect(page.get_by_text("this is your address now")).to_be_visible()
    return page.url


def wait_for(page: Page, words: str, *, times: int = 1, seconds: float = 30) -> None:
    give_up = time.monotonic() + seconds
    while page.get_by_text(words).count() < times:
        assert time.monotonic() < give_up, page.locator("main").inner_text()
        time.sleep(0.3)
        page.reload()


def hanging(stack: Stack) -> dict[str, int]:
    """How many rows there are of each kind that goes with the student, while nobody else has used the stack."""
    with running_servers(stack.var, broker=False) as servers:
        engine = create_engine(servers.database_url)
        with engine.connect() as connection:
            counted = {
                each: int(connection.execute(text(f"SELECT count(*) FROM {each}")).scalar_one()) for each in HANGING
            }
        engine.dispose()
    return counted


def found(stack: Stack) -> dict[str, list[str]]:
    """Which traces are where: every table as text, what the broker holds and wrote, every log."""
    places = {str(path): path.read_bytes().decode(errors="replace") for path in (stack.var / "log").rglob("*.log")}
    places["run.out"] = (stack.var / "run.out").read_text(errors="replace")
    written = {str(path): path.read_bytes().decode(errors="replace") for path in stack.var.rglob("*.aof")}
    assert any(_bodies(content) for content in written.values())
    places |= {path: content + _bodies(content) for path, content in written.items()}
    with running_servers(stack.var) as servers:
        engine = create_engine(servers.database_url)
        with engine.connect() as connection:
            tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
            for table in tables.all():
                rows = connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars().all()
                places[table] = "\n".join(map(str, rows))
        engine.dispose()
        with redis.Redis.from_url(servers.redis_url) as broker:
            for key in broker.scan_iter(count=1000):
                held = repr(key) + repr(_value(broker, key))
                places[f"broker {key!r}"] = held + _bodies(held)
    assert any(path.endswith(".log") for path in places)
    seen: dict[str, list[str]] = {}
    for trace in TRACES:
        for place, held in places.items():
            if trace in held.lower():
                seen.setdefault(trace, []).append(place)
    return seen


def _value(broker: redis.Redis, key: bytes) -> object:
    kind = broker.type(key)
    if kind == b"string":
        return broker.get(key)
    if kind == b"list":
        return broker.lrange(key, 0, -1)
    if kind == b"hash":
        return broker.hgetall(key)
    return broker.zrange(key, 0, -1) if kind == b"zset" else broker.smembers(key)


def _bodies(held: str) -> str:
    """What messages to workers say: they travel in base64."""
    return "\n".join(
        base64.b64decode(body).decode(errors="replace") for body in re.findall(r'"body": "([A-Za-z0-9+/=]+)"', held)
    )
