const browserState = () => {
  const name = document.documentElement.dataset.cookie + "=";
  const pair = document.cookie.split("; ").find((pair) => pair.startsWith(name));
  return pair ? pair.slice(name.length) : "";
};
const hash = async (text) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join("");
};
const judge = async (message, origin) => {
  const [, client, known, salt] = /^(.+) ([^ .]+)\.([^ .]+)$/.exec(message) || [];
  if (!client) return "error";
  const now = await hash([client, origin, browserState(), salt].join(" "));
  return now === known ? "unchanged" : "changed";
};
addEventListener("message", async (event) => {
  if (event.source === window || typeof event.data !== "string") return;
  const verdict = await judge(event.data, event.origin).catch(() => "error");
  event.source.postMessage(verdict, event.origin);
});
