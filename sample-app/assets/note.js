// The note that the app keeps for a person: the one thing on the page that changes something.

import { change } from "./api.js";
import { askToLogIn, clearWarning, trouble, warn } from "./notices.js";

export function keepNote() {
  const form = document.querySelector("#note");
  const button = form?.querySelector("button");
  const said = document.querySelector("#note-said");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    said.textContent = "";
    const answer = await change("/api/note", { note: form.elements.note.value });
    button.ariaBusy = "false";
    if (answer.kind === "login") return askToLogIn();
    if (answer.kind !== "data") return warn(`Your note is not saved. ${trouble(answer)}`);
    clearWarning();
    said.textContent = "Saved.";
  });
  form?.addEventListener("input", () => { said.textContent = ""; });
}
