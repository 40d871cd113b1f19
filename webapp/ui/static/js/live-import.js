// Shows how far a worker is with an import, without loading the page anew; when it is done, loads the page once.
const state = document.getElementById("import-state");

async function look() {
  try {
    const answer = await fetch(location.href, { redirect: "error", headers: { "X-Requested-With": "fetch" } });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("import-state");
    if (!answer.ok || !found || !("atWork" in found.dataset)) return location.reload();
    state.replaceChildren(...found.childNodes);
  } catch {
    // The line may be down for a moment; the next look tells.
  }
  setTimeout(look, 1000);
}

if (state && "atWork" in state.dataset) setTimeout(look, 700);
