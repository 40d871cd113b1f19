// Moves the focus to the list of errors, and from its links to the fields, so that keyboard and screen reader start there.
const summary = document.querySelector("[data-error-summary]");
if (summary) {
  summary.focus();
  document.title = `Error: ${document.title}`;
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    const group = control.closest("fieldset");
    const words = group?.querySelector("legend") ?? document.querySelector(`label[for="${CSS.escape(control.id)}"]`) ?? control;
    words.scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });
}
