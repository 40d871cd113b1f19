// Counts again who would qualify while the rule is being written. Without it there is a button.
const form = document.querySelector("form[data-live-count]");
const who = document.getElementById("who");

if (form && who) {
  let timer = 0;
  let asked = null;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(count, 400);
  });

  async function count() {
    asked?.abort();
    asked = new AbortController();
    const told = new FormData(form);
    told.set("fragment", "y");
    try {
      const answer = await fetch(form.action, { method: "POST", body: told, signal: asked.signal, redirect: "error" });
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-count]");
      if (found) who.replaceChildren(found);
    } catch (error) {
      if (error.name !== "AbortError") who.textContent = "It could not be counted. Press “Count”.";
    }
  }
}
