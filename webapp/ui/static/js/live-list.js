// Ranks again at every change in the panel, without saving: the server sends the list, this puts it in its place, says
// what moved, and lets the cards glide there. Without it the panel is a form with a button.
const form = document.querySelector("form[data-live-list]");
const list = document.getElementById("list");
const status = document.getElementById("list-status");

if (form && list && status) {
  const panel = form.closest("details");
  if (matchMedia("(min-width: 64rem)").matches) panel.open = true;
  form.querySelector("[data-try]").hidden = true;
  let timer = 0;
  let asked = null;
  form.addEventListener("input", later);
  form.addEventListener("reset", () => later());
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    asked?.abort();
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    rankAgain();
  });

  function later() {
    clearTimeout(timer);
    timer = setTimeout(rankAgain, 300);
  }

  async function rankAgain() {
    asked?.abort();
    asked = new AbortController();
    const told = new FormData(form);
    told.set("fragment", "y");
    list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: told, signal: asked.signal, redirect: "error" });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (answer.ok && found.querySelector("[data-list-body]")) show(found);
      else status.textContent = [...found.querySelectorAll("li")].map((item) => item.textContent).join(" ") || failed(answer.status);
    } catch (error) {
      if (error.name === "AbortError") return;
      status.textContent = failed(0);
    }
    list.removeAttribute("aria-busy");
  }

  function failed(code) {
    return code === 429 ? "That was very often. Wait a minute, then change something again." : "The list could not be ranked again. Press “Keep these”, or load the page anew.";
  }

  function show(found) {
    const before = places();
    const open = new Set([...list.querySelectorAll("details[open]")].map((each) => each.dataset.keepOpen));
    list.replaceChildren(...found.childNodes);
    for (const each of list.querySelectorAll("details")) each.open = open.has(each.dataset.keepOpen);
    const body = list.querySelector("[data-list-body]");
    for (const each of document.querySelectorAll("[data-saved-only]")) each.hidden = body.dataset.trial === "yes";
    status.textContent = body.dataset.said;
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) glide(before);
  }

  function places() {
    return new Map([...list.querySelectorAll("[data-program]")].map((each) => [each.dataset.program, each.getBoundingClientRect().top]));
  }

  function glide(before) {
    for (const each of list.querySelectorAll("[data-program]")) {
      const from = before.get(each.dataset.program);
      const away = from === undefined ? 0 : from - each.getBoundingClientRect().top;
      if (away) each.animate([{ transform: `translateY(${away}px)` }, { transform: "none" }], { duration: 350, easing: "ease-out" });
      else if (from === undefined) each.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 350 });
    }
  }
}
