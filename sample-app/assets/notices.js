// What the page says while it is open: the warning strip above, and the result beside the button. Everything is put
// in as text.

const strip = document.querySelector("#warning");

export function warn(text, ...more) {
  const warning = element("div");
  warning.className = "strip warn";
  warning.append(element("span", text), " ", ...more);
  strip.replaceChildren(warning);
}

export function clearWarning() {
  strip.replaceChildren();
}

/** What to say of an answer that is neither data nor the wish for a login. */
export function trouble(answer) {
  switch (answer.kind) {
    case "status":
      return `The API answered with status ${answer.status}. Please try again in a moment.`;
    case "garbled":
      return "The API answered with something that is not JSON. Please try again in a moment.";
    case "late":
      return "The API took too long to answer. Please try again.";
    default:
      return "The API cannot be reached. Check your connection and try again.";
  }
}

/** The session is over: what the page says of a person is no longer true. */
export function askToLogIn() {
  const wasSignedIn = Boolean(document.body.dataset.user);
  for (const part of document.querySelectorAll(".with-session")) part.remove();
  if (wasSignedIn) sayWhatIsMissing();
  const text = wasSignedIn ? "You are not logged in any more." : "You are not logged in.";
  warn(text, link("Log in now", document.body.dataset.login));
}

/** A page about the person has nothing left to show. */
function sayWhatIsMissing() {
  const main = document.querySelector("main");
  if (main.childElementCount > 0) return;
  const card = element("section");
  card.className = "card message";
  card.append(element("h1", "Your session is over"), element("p", "Log in again to see this page."));
  main.append(card);
}

export function link(text, href) {
  const made = element("a", text);
  made.className = "button small";
  made.href = href;
  return made;
}

export function element(name, text = "") {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
