// Tells the page around this frame how tall it is, and nothing else.
if (parent !== window) {
  new ResizeObserver(() => {
    parent.postMessage({ height: document.documentElement.scrollHeight }, "*");
  }).observe(document.body);
}
