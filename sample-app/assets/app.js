// Calls the API for the person on the page. Redirects are not followed: a script cannot log anyone in, so an
// answer that leads to the login service means "ask the person".

const warning = document.querySelector("#warning");
const result = document.querySelector("#api-result");
const button = document.querySelector("#call-api");

button?.addEventListener("click", callApi);

// A page out of the browser's memory may show somebody who has logged out since.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

async function callApi() {
  button.disabled = true;
  result.replaceChildren();
  try {
    const answer = await fetch("/api/ping", { redirect: "manual", headers: { accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      askToLogIn();
    } else if (answer.ok) {
      warning.replaceChildren();
      showResult(await answer.json());
    } else {
      warn(`The API answered with status ${answer.status}.`);
    }
  } catch {
    warn("The API cannot be reached. Check your connection and try again.");
  } finally {
    button.disabled = false;
  }
}

function showResult(data) {
  const title = element("p", "Response from the API call:");
  title.className = "result-title";
  result.replaceChildren(title, element("pre", JSON.stringify(data, null, 2)));
}

function askToLogIn() {
  // What the page says of a person is no longer true.
  document.body.classList.add("session-over");
  const link = element("a", "Log in now");
  link.className = "button small";
  link.href = document.body.dataset.login;
  warn("You are not logged in", link);
}

function warn(text, ...more) {
  const strip = document.createElement("div");
  strip.className = "strip warn";
  strip.append(element("span", text), " ", ...more);
  warning.replaceChildren(strip);
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
