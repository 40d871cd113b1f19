// Shows what a delivery method would send while its settings are written: the server makes the preview, this puts it in
// its place. Without it the preview is a button.
const form = document.querySelector("form[data-live-preview]");

if (form?.querySelector("#preview button")) {
  let timer = 0;
  let asked = null;
  form.classList.add("live");
  form.addEventListener("input", (event) => {
    if (event.target.type === "password" || event.target.name.startsWith("try_")) return;
    clearTimeout(timer);
    timer = setTimeout(show, 500);
  });
  show();

  async function show() {
    asked?.abort();
    asked = new AbortController();
    const sent = new FormData(form);
    sent.delete("credential");
    sent.set("do", "preview");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = answer.ok && page.getElementById("preview");
      if (!fresh) return;
      document.getElementById("preview").replaceWith(fresh);
      // The body matters most, and stands last.
      for (const text of fresh.querySelectorAll("pre")) text.scrollTop = text.scrollHeight;
    } catch {
      // The next change asks again; the button still works.
    }
  }
}
