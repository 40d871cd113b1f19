// Working by keyboard: "/" to the search box, j and k along the rows of a list, Enter opens one, x chooses it; a control
// with [data-key] is pressed by its key; "?" says which keys there are here. Without script every one of these is a click.
const rows = [...document.querySelectorAll("main table.data tbody tr")].filter((row) => row.querySelector("th a, td a"));
const boxes = [...document.querySelectorAll('input[name="row"][form="bulk"]')];
let place = -1;

const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]") !== null;

const stand = (index) => {
  rows[place]?.classList.remove("row-here");
  place = index;
  rows[place].classList.add("row-here");
};

const go = (step) => {
  if (!rows.length) return;
  stand(Math.min(Math.max(place + step, 0), rows.length - 1));
  rows[place].querySelector("th a, td a").focus({ preventScroll: true });
  rows[place].scrollIntoView({ block: "nearest" });
};

for (const [index, row] of rows.entries()) row.addEventListener("focusin", () => stand(index));

const keyed = () => new Map([...document.querySelectorAll("[data-key]")].map((control) => [control.dataset.key, control]));

const says = (control) => control.dataset.says ?? control.textContent.trim();

const help = document.createElement("dialog");
help.className = "keys-help";
help.setAttribute("aria-labelledby", "keys-title");
document.body.append(help);

const tell = () => {
  const list = [["/", "Search"]];
  if (rows.length) list.push(["j", "The next row"], ["k", "The row before"], ["Enter", "Open the row"]);
  if (boxes.length) list.push(["x", "Choose the row, or not"], ["Shift + x", "Choose all rows, or none"]);
  for (const [key, control] of keyed()) list.push([key, says(control)]);
  list.push(["?", "These keys"], ["Esc", "Close, or leave the search box"]);
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys of this page";
  const terms = document.createElement("dl");
  for (const [key, words] of list) {
    const pair = document.createElement("div");
    const term = document.createElement("dt");
    const name = document.createElement("kbd");
    name.textContent = key;
    term.append(name);
    const what = document.createElement("dd");
    what.textContent = words;
    pair.append(term, what);
    terms.append(pair);
  }
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-secondary";
  close.textContent = "Close";
  close.addEventListener("click", () => help.close());
  help.replaceChildren(title, terms, close);
  help.showModal();
};

const choose = (all) => {
  if (!boxes.length) return;
  if (all) {
    const on = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = on;
  } else {
    const box = rows[place]?.querySelector('input[name="row"]');
    if (box) box.checked = !box.checked;
  }
  count();
};

const submit = document.querySelector("#bulk [type=submit]");
const words = submit?.textContent;
const count = () => {
  if (!submit) return;
  const ticked = boxes.filter((box) => box.checked).length;
  const all = document.getElementById("bulk-which")?.value === "all";
  submit.textContent = ticked && !all ? `${submit.dataset.ticked} ${ticked}` : words;
};
for (const box of boxes) box.addEventListener("change", count);
document.getElementById("bulk-which")?.addEventListener("change", count);
addEventListener("pageshow", count);

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || help.open) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && event.target.id === "find-text") event.target.blur();
    return;
  }
  const control = keyed().get(event.key);
  if (control && event.key !== "Enter") {
    event.preventDefault();
    // A key that is held goes on being pressed on the page after: it would act upon the whole queue.
    if (!event.repeat) control.click();
    return;
  }
  const act = {
    "/": () => document.getElementById("find-text")?.select(),
    j: () => go(1),
    k: () => go(-1),
    x: () => choose(false),
    X: () => choose(true),
    "?": tell,
  }[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
