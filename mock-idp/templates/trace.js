"use strict";
const MOST = 1000;
const rows = document.getElementById("rows");
const live = document.getElementById("live");
const pause = document.getElementById("pause");
const held = [];
const source = new EventSource(rows.dataset.rows);
const say = (text, on) => {
  if (live.textContent !== text) live.textContent = text;
  live.classList.toggle("on", on);
};
const show = (id, row) => {
  if (document.getElementById("e" + id.split("-")[0])) return;
  document.getElementById("none").hidden = true;
  rows.insertAdjacentHTML("afterbegin", row);
  while (rows.childElementCount > MOST) rows.lastElementChild.remove();
};
const isPaused = () => pause.getAttribute("aria-pressed") === "true";
pause.hidden = false;
pause.addEventListener("click", () => {
  const paused = !isPaused();
  pause.setAttribute("aria-pressed", String(paused));
  say(paused ? "Paused" : "Following live", !paused);
  if (!paused) for (const [id, row] of held.splice(0)) show(id, row);
});
source.onopen = () => { if (!isPaused()) say("Following live", true); };
source.onerror = () => say(source.readyState === EventSource.CLOSED
  ? "This issuer is gone; reload to look again" : "Not connected; trying again", false);
source.addEventListener("restart", () => location.reload());
source.addEventListener("exchange", (event) => {
  if (!isPaused()) return show(event.lastEventId, event.data);
  held.push([event.lastEventId, event.data]);
  if (held.length > MOST) held.shift();
});
