"use strict";
const rows = document.getElementById("rows");
const live = document.getElementById("live");
const source = new EventSource(rows.dataset.rows);
const say = (text, on) => { live.textContent = text; live.classList.toggle("on", on); };
source.onopen = () => say("Following live", true);
source.onerror = () => say("Not connected; trying again", false);
source.addEventListener("exchange", (event) => {
  if (document.getElementById("e" + event.lastEventId)) return;
  document.getElementById("none").hidden = true;
  rows.insertAdjacentHTML("afterbegin", event.data);
});
