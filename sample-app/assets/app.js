// The page: calls the API for the person, and says what came of it.

import { ask } from "./api.js";
import { followLinksOnce } from "./leaving.js";
import { keepNote } from "./note.js";
import { askToLogIn, clearWarning, element, trouble, warn } from "./notices.js";
import { watchOtherTabs } from "./tabs.js";

const SLOW_MS = 2_000;

const result = document.querySelector("#api-result");
const button = document.querySelector("#call-api");
const avatar = document.querySelector("img.avatar");

button?.addEventListener("click", callApi);
avatar?.addEventListener("error", showInitial);
if (avatar?.complete && avatar.naturalWidth === 0) showInitial();
keepNote();
watchOtherTabs();
followLinksOnce();

// A page out of the browser's memory may show somebody who has logged out since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

async function callApi() {
  // The button keeps the focus: it is not disabled, only deaf.
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  result.replaceChildren();
  const slow = setTimeout(() => say("Still waiting for the API…"), SLOW_MS);
  const answer = await ask("/api/ping");
  clearTimeout(slow);
  button.ariaBusy = "false";
  show(answer);
}

function show(answer) {
  result.replaceChildren();
  switch (answer.kind) {
    case "data":
      clearWarning();
      return showResult(answer.data);
    case "login":
      return askToLogIn();
    default:
      return warn(trouble(answer));
  }
}

function say(text) {
  const line = element("p", text);
  line.className = "waiting";
  result.replaceChildren(line);
}

function showResult(data) {
  const title = element("p", "Response from the API call:");
  title.className = "result-title";
  result.replaceChildren(title, element("pre", JSON.stringify(data, null, 2)));
}

function showInitial() {
  const letter = element("span", avatar.dataset.initial);
  letter.className = "avatar letter";
  letter.ariaHidden = "true";
  avatar.replaceWith(letter);
}
