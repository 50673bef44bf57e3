// Windows tell each other who they show. One that shows somebody else asks the server, and says so if it is out of
// date: nothing is believed but the server's answer.

import { ask } from "./api.js";
import { askToLogIn, link, warn } from "./notices.js";

export function watchOtherTabs() {
  const shown = document.body.dataset.user;
  if (shown === undefined || !("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel("sample-app");
  channel.addEventListener("message", async ({ data }) => {
    if (data?.user === shown) return;
    const answer = await ask("/api/user");
    if (answer.kind === "login" && shown) askToLogIn();
    if (answer.kind === "data" && data?.user) {
      warn("Somebody logged in in another window.", link("Show that", shown ? location.pathname : "/"));
    }
  });
  channel.postMessage({ user: shown });
}
