// Asks the API, and says in one word what came of it. Redirects are not followed: a script cannot log anyone in,
// so an answer that leads to the login service means "ask the person".

const PATIENCE_MS = 15_000;

/** One of { kind: "data", data }, { kind: "login" }, { kind: "status", status }, { kind: "garbled" },
    { kind: "late" }, { kind: "unreachable" }. */
export function ask(path) {
  return call(path, {});
}

/** Sends a change, with the same outcomes; an answer without content is the data null. */
export function change(path, data) {
  const headers = { "content-type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(data) });
}

async function call(path, { headers, ...how }) {
  try {
    const answer = await fetch(path, {
      ...how,
      redirect: "manual",
      // A page of another site cannot send this header unasked, so the app knows its own by it.
      headers: { accept: "application/json", "x-requested-with": "fetch", ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 204) return { kind: "data", data: null };
    if (answer.ok) return await read(answer);
    // A body that nobody reads would keep its connection.
    await answer.body?.cancel();
    if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "login" };
    return { kind: "status", status: answer.status };
  } catch (error) {
    return { kind: error.name === "TimeoutError" ? "late" : "unreachable" };
  }
}

async function read(answer) {
  const type = answer.headers.get("content-type") ?? "";
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) return { kind: "garbled" };
  const text = await answer.text();
  try {
    return { kind: "data", data: JSON.parse(text) };
  } catch {
    return { kind: "garbled" };
  }
}
