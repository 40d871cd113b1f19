// Looks again every two seconds while a bulk act is under way. Without script there is a button for it.
if (document.querySelector("[data-progress]")) setTimeout(() => location.reload(), 2000);
