"""A student at a keyboard: everything is reached with Tab, chosen with arrows or Space, sent with Enter.

Page-driving only, so that it serves a test app in a thread and a whole running stack alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, expect

MOST_TABS = 400
Values = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """What the student asks for.

    `schools` are the schools to tick: how many from the top, or the words by which to know each.
    `answer` is written wherever a ticked school asks for words.
    """

    email: str
    mail: bool = True
    schools: int | tuple[str, ...] = 1
    channels: tuple[str, ...] = ("email",)
    first_name: str = "Ana"
    last_name: str = "Silva"
    phone: str = ""
    answer: str = ""


class Keyboard:
    """Keys only. Each control must be reachable by Tab from where the focus is, going round at most once."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element is focused (or, in a group of radios, one of the group)."""
        for _ in range(MOST_TABS):
            if self.page.evaluate("s => !!document.activeElement && document.activeElement.matches(s)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached with the Tab key on {self.page.url}")

    def write(self, name: str, text: str) -> None:
        """Fill one box."""
        self.tab_to(f'[name="{name}"]')
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, name: str, value: str) -> None:
        """Tick one box of a group."""
        self.tab_to(f'[name="{name}"][value="{value}"]')
        self.page.keyboard.press("Space")
        expect(self.page.locator(f'[name="{name}"][value="{value}"]')).to_be_checked()

    def choose(self, name: str, value: str) -> None:
        """Choose one of a group of radios: into the group by Tab, on by arrows."""
        self.tab_to(f'[type="radio"][name="{name}"]')
        wanted = self.page.locator(f'[name="{name}"][value="{value}"]')
        self.page.keyboard.press("Space")
        for _ in range(self.page.locator(f'[name="{name}"]').count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}={value} cannot be chosen with the arrow keys")

    def pick(self, name: str, value: str) -> None:
        """Pick from a list by typing the beginning of its words."""
        self.tab_to(f'select[name="{name}"]')
        box = self.page.locator(f'select[name="{name}"]')
        words = str(box.locator(f'option[value="{value}"]').text_content())
        self.page.keyboard.type(words.strip())
        expect(box).to_have_value(value)

    def press(self, words: str) -> None:
        """Press a button or follow a link by its words."""
        target = self.page.get_by_role("button", name=words, exact=True).or_(
            self.page.get_by_role("link", name=words, exact=True)
        )
        target.first.evaluate("e => e.setAttribute('data-wanted', '')")
        self.tab_to("[data-wanted]")
        self.page.keyboard.press("Enter")

    def answer(self, name: str, value: str | list[str]) -> None:
        """Answer one question, whatever its control is."""
        kind = self.page.locator(f'[name="{name}"]').first.evaluate("e => e.type")
        if kind == "radio":
            self.choose(name, str(value))
        elif kind == "checkbox":
            for item in [value] if isinstance(value, str) else value:
                self.tick(name, item)
        elif kind == "select-one":
            self.pick(name, str(value))
        else:
            self.write(name, str(value))


def fill_the_form(page: Page, base_url: str, answers: Mapping[str, Values]) -> str:
    """From the home page through all steps by keyboard; the address of the results page."""
    keys = Keyboard(page)
    page.goto(base_url + "/")
    keys.press("Start")
    for number, (step, values) in enumerate(answers.items(), start=1):
        page.wait_for_url(f"**/match/{step}")
        expect(page.get_by_text(f"Step {number} of {len(answers)}")).to_be_visible()
        for name, value in values.items():
            keys.answer(name, value)
        keys.press("Continue" if number < len(answers) else "Check your answers")
    page.wait_for_url("**/match/review")
    keys.press("See your list")
    page.wait_for_url("**/results/*")
    return page.url


def ask_for(page: Page, request: Request) -> str:
    """Ask for introductions (and the mail) from the results page, by keyboard; the address of the my-data page."""
    keys = Keyboard(page)
    expect(page.get_by_role("heading", level=1, name="Your list")).to_be_visible()
    keys.press("Choose schools")
    page.wait_for_url("**/introductions")
    schools = _schools(page, request.schools)
    for school in schools:
        keys.tick("schools", school)
    _answer_the_schools(page, keys, request.answer)
    for channel in request.channels:
        keys.tick("channels", channel)
    if request.phone:
        keys.write("phone", request.phone)
    keys.write("first_name", request.first_name)
    keys.write("last_name", request.last_name)
    keys.write("email", request.email)
    keys.tab_to('[name="adult"]')
    page.keyboard.press("Space")
    if request.mail:
        keys.tab_to('[name="mail"]')
        page.keyboard.press("Space")
    keys.press("See what would be sent")
    page.wait_for_url("**/introductions/check")
    keys.press(f"I agree: send to {'this school' if len(schools) == 1 else f'these {len(schools)} schools'}")
    page.wait_for_url("**/my-data/*")
    return page.url


def _schools(page: Page, wanted: int | tuple[str, ...]) -> list[str]:
    """The values of the boxes to tick."""
    boxes = page.locator('[name="schools"]')
    if isinstance(wanted, int):
        chosen = [boxes.nth(index) for index in range(wanted)]
    else:
        chosen = [page.get_by_role("checkbox", name=name).and_(boxes).first for name in wanted]
    return [str(box.get_attribute("value")) for box in chosen]


def _answer_the_schools(page: Page, keys: Keyboard, answer: str) -> None:
    """Choose the first option of every question that stands in sight: those of ticked schools, and no others."""
    if answer:
        for name in page.locator(".school-questions textarea:visible").evaluate_all("all => all.map(e => e.name)"):
            keys.write(name, answer)
    names = page.locator('.school-questions [type="radio"]:visible').evaluate_all("all => all.map(e => e.name)")
    for name in dict.fromkeys(names):
        keys.choose(name, str(page.locator(f'[name="{name}"]').first.get_attribute("value")))


def cancel_first_introduction(page: Page) -> None:
    """Cancel on the my-data page, by keyboard."""
    Keyboard(page).press("Cancel this introduction")
    expect(page.get_by_text("You cancelled it before it was sent. The school got nothing.")).to_be_visible()
