// Gives every [data-copy="id"] button its work: it copies the text of that element. Without script it stays hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  const words = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and copy it by hand";
    }
    setTimeout(() => { button.textContent = words; }, 3000);
  });
}
