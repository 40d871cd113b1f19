"""What a page must look like for everybody, measured in a browser: targets, focus, order, motion, spacing."""

from playwright.sync_api import Page

from tests.browser import appearance_violations, axe_violations, overflows

_TARGETS = """() => {
  const least = 24, wrong = [];
  const box = e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; };
  const seen = e => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true}) && e.getClientRects().length;
  const all = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter(e => seen(e) && !e.closest('.visually-hidden') && !e.matches('.visually-hidden, .skip-link'));
  const own = e => {
    // A box is as large as its label: both take the press.
    const label = e.labels && e.labels[0];
    const [x, y, w, h] = box(e);
    if (!label || !seen(label)) return [x, y, w, h];
    const [a, b, c, d] = box(label);
    const left = Math.min(x, a), top = Math.min(y, b);
    return [left, top, Math.max(x + w, a + c) - left, Math.max(y + h, b + d) - top];
  };
  const boxes = all.map(own);
  all.forEach((e, i) => {
    const [x, y, w, h] = boxes[i];
    if (w >= least && h >= least) return;
    // Links within a sentence are excepted (WCAG 2.5.8), and so is a small target with room around it.
    if (e.tagName === 'A' && getComputedStyle(e).display === 'inline') {
      const around = e.parentElement;
      if (around.textContent.trim().length > e.textContent.trim().length) return;
    }
    const cx = x + w / 2, cy = y + h / 2;
    const near = boxes.some(([a, b, c, d], j) => j !== i && !all[j].contains(e) && !e.contains(all[j]) &&
      Math.max(a - cx, 0, cx - a - c) ** 2 + Math.max(b - cy, 0, cy - b - d) ** 2 < (least / 2) ** 2);
    if (near) wrong.push(`small target ${Math.round(w)}x${Math.round(h)}: ${e.outerHTML.slice(0, 90)}`);
  });
  return wrong;
}"""

_ORDER = """() => {
  const wrong = [];
  for (const e of document.body.querySelectorAll('*')) {
    const style = getComputedStyle(e);
    if (e.tabIndex > 0) wrong.push('positive tabindex: ' + e.outerHTML.slice(0, 80));
    if (style.order !== '0' && style.display !== 'none') wrong.push('moved by order: ' + e.outerHTML.slice(0, 80));
    if (/reverse/.test(style.flexDirection + style.flexWrap)) wrong.push('reversed: ' + e.outerHTML.slice(0, 80));
  }
  const stops = [...document.querySelectorAll(
    'main :is(a[href], button, input:not([type=hidden]), select, textarea, summary, h2, h3)')]
    .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
    .filter(e => !e.matches('.visually-hidden, .visually-hidden *'));
  // What sticks to an edge is judged where it stands by itself: by the place it is read in.
  const stuck = [...document.body.querySelectorAll('*')].filter(e => getComputedStyle(e).position === 'sticky');
  for (const e of stuck) e.style.position = 'static';
  stops.forEach((e, i) => {
    if (!i) return;
    const [before, here] = [stops[i - 1].getClientRects()[0], e.getClientRects()[0]];
    // Further down, or in a column further right: so one reads on.
    if (here.bottom < before.top - 2 && here.left <= before.left) wrong.push('read late: ' + e.outerHTML.slice(0, 80));
  });
  for (const e of stuck) e.style.position = '';
  const skip = document.querySelector('a[href], button, input:not([type=hidden])');
  if (!skip || !document.getElementById((skip.getAttribute('href') || '').slice(1))) wrong.push('no skip link first');
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of ids.filter((each, i) => ids.indexOf(each) !== i)) wrong.push('id twice: ' + id);
  if (!document.title.trim()) wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  if (!document.documentElement.lang) wrong.push('no lang');
  for (const name of ['header', 'main', 'footer']) if (!document.querySelector(name)) wrong.push('no ' + name);
  const moving = document.getAnimations().some(each => each.playState === 'running');
  if (moving) wrong.push('moves in spite of reduced motion');
  for (const e of document.querySelectorAll('*')) {
    const late = getComputedStyle(e).transitionDuration.split(', ').some(each => parseFloat(each) > 0);
    if (late) wrong.push('fades in spite of reduced motion: ' + e.outerHTML.slice(0, 80));
  }
  return wrong;
}"""

_FOCUS = """() => {
  const wrong = [];
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const all = [...document.querySelectorAll(controls)]
    .filter(e => !e.disabled && e.tabIndex >= 0 && e.checkVisibility() && e.getClientRects().length);
  const look = e => {
    const s = getComputedStyle(e);
    return [s.outlineStyle, s.outlineWidth, s.boxShadow, s.backgroundColor, s.borderColor].join();
  };
  for (const e of all) {
    const marks = [e, e.parentElement, ...(e.labels || [])];
    const before = marks.map(look).join();
    e.focus({focusVisible: true, preventScroll: true});
    const same = marks.map(look).join() === before;
    if (document.activeElement === e && same) wrong.push('focus not seen: ' + e.outerHTML.slice(0, 90));
    e.scrollIntoView({block: 'nearest'});
    // The middle of what the window shows of it: a region that scrolls may be larger than the window.
    const r = e.getClientRects()[0], middle = (low, high, most) => (Math.max(low, 0) + Math.min(high, most)) / 2;
    const hit = document.elementFromPoint(middle(r.left, r.right, innerWidth), middle(r.top, r.bottom, innerHeight));
    const free = hit && (e.contains(hit) || hit.contains(e) || hit.closest('label')?.control === e);
    if (!free) wrong.push('covered while focused: ' + e.outerHTML.slice(0, 90));
    e.blur();
  }
  scrollTo(0, 0);
  return wrong;
}"""

_COVERING = """() => [...document.body.querySelectorAll('*')].filter(e =>
  ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.getBoundingClientRect().height > innerHeight / 2
).map(e => 'covers the window: ' + e.outerHTML.slice(0, 90))"""

_IDLE = """() => [...document.querySelectorAll('button')].filter(e => e.checkVisibility() && !e.form)
  .map(e => 'idle without script: ' + e.outerHTML.slice(0, 90))"""

_SMALL = """() => {
  const least = 16, wrong = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || e.closest('.visually-hidden, sup, svg')) continue;
    const size = parseFloat(getComputedStyle(e).fontSize);
    if (size < least) wrong.add(`text of ${size} px: ${e.outerHTML.slice(0, 90)}`);
  }
  return [...wrong];
}"""

_CLIPPED = """() => [...document.body.querySelectorAll('*')].filter(e => {
  const style = getComputedStyle(e);
  if (!e.checkVisibility() || e.closest('.visually-hidden') || !e.textContent.trim()) return false;
  if (e.matches('input, select, textarea, option, svg, svg *') || e.clientWidth <= 1) return false;
  const cut = /hidden|clip/;
  return (cut.test(style.overflowY) && e.scrollHeight > e.clientHeight + 2)
      || (cut.test(style.overflowX) && e.scrollWidth > e.clientWidth + 2);
}).map(e => 'cut off: ' + e.outerHTML.slice(0, 90))"""


_NEEDED_SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }"
    " p { margin-bottom: 2em !important }"
)
_SPACE = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  return getComputedStyle(document.body).letterSpacing;
}"""


def looked_at(page: Page) -> list[str]:
    """All that axe and the eye find wrong with a page as it stands.

    In the light all rules, in the dark those on looks, which is all that changes. It is looked at first as it stands,
    and left in the other.
    """
    found: list[str] = []
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    for _ in range(2):
        if is_dark:
            found += [f"in the dark {each}" for each in appearance_violations(page)]
        else:
            found += [*axe_violations(page), *blemishes(page), *faint_focus(page), *small_texts(page)]
        is_dark = not is_dark
        page.emulate_media(color_scheme="dark" if is_dark else "light")
    return found


def blemishes(page: Page) -> list[str]:
    """What a page does to those who cannot see, point or wait as most do.

    Targets under 24 px without room around them (WCAG 2.5.8), an order other than the source's, no way past the
    header, missing landmarks, more or less than one first heading, an id twice, movement against the reader's wish.
    """
    return [*page.evaluate(_TARGETS), *page.evaluate(_ORDER)]


def faint_focus(page: Page) -> list[str]:
    """Controls that look the same with the keyboard's focus on them as without (WCAG 2.4.7), or that something covers
    while they have it (2.4.11)."""
    return list(page.evaluate(_FOCUS))


def clipped_texts(page: Page) -> list[str]:
    """Elements whose text is cut off."""
    return list(page.evaluate(_CLIPPED))


def covering_parts(page: Page) -> list[str]:
    """What stays in sight while the page scrolls, and takes more than half of a small window."""
    return list(page.evaluate(_COVERING))


def small_texts(page: Page) -> list[str]:
    """Elements with text under 16 px. The raised number of a reference is no text to read."""
    return list(page.evaluate(_SMALL))


def idle_buttons(page: Page) -> list[str]:
    """Buttons in no form: without script they do nothing, so without script they should not show."""
    return list(page.evaluate(_IDLE))


def spoiled_by_wide_text(page: Page) -> list[str]:
    """What is cut off or sticks out when text is spaced as a page must bear it (WCAG 1.4.12). It is spaced back again.

    By a constructed style sheet: unlike an element it needs no leave of the page's policy.
    """
    spacing = page.evaluate(_SPACE, _NEEDED_SPACING)
    assert spacing != "normal", "the spacing does not reach the page"
    found = [*clipped_texts(page), *(["sticks out"] if overflows(page) else [])]
    page.evaluate("document.adoptedStyleSheets = []")
    return [f"with wide text {each}" for each in found]
