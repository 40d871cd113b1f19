// Shows a question only while the answers it follows from call for it: [data-follow-up="question=answer,answer;…"].
// What is out of sight is not sent; the server drops it as well. Without script every question stands on the page.
const groups = [...document.querySelectorAll("[data-follow-up]")];
const form = groups[0]?.closest("form");

if (form) {
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(told);

  const chosen = (name) => [...form.elements]
    .filter((control) => control.name === name && (control.type === "select-one" || control.checked))
    .map((control) => control.value)
    .filter((value) => value !== "");

  // Met: an answer calls for it. Where nothing was chosen yet, only what was written before stays in sight.
  const isWanted = (group) => group.dataset.followUp.split(";").every((condition) => {
    const [name, answers] = condition.split("=");
    const given = chosen(name);
    return given.length ? given.some((value) => answers.split(",").includes(value)) : "held" in group.dataset;
  });

  const title = (group) => group.querySelector("legend, label")?.textContent.trim() ?? "";

  const update = (say) => {
    const added = [], gone = [];
    for (const group of groups) {
      const off = !isWanted(group);
      const was = group.hidden;
      group.hidden = off;
      group.classList.toggle("follow-up-off", off);
      for (const control of group.querySelectorAll("input, select, textarea")) control.disabled = off;
      if (was !== off) (off ? gone : added).push(title(group));
    }
    if (!say) return;
    if (added.length) told.textContent = `Questions added: ${added.join(" ")}`;
    else if (gone.length) told.textContent = `Questions no longer asked: ${gone.join(" ")}`;
  };

  form.addEventListener("change", () => update(true));
  addEventListener("pageshow", () => update(false)); // a page brought back by "back" has its answers filled in late
  update(false);
}
