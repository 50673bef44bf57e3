// A page that is on its way is asked for once. The login service may be slow, and a second click on its link would
// begin a second login.

const PATIENCE_MS = 10_000;

export function followLinksOnce() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || opensElsewhere(event) || link.getAttribute("href").startsWith("#")) return;
    if (link.ariaBusy === "true") return event.preventDefault();
    link.ariaBusy = "true";
    // Who has stopped waiting may ask again.
    setTimeout(() => { link.ariaBusy = null; }, PATIENCE_MS);
  });
}

function opensElsewhere(event) {
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
}
