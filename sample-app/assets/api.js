// Asks the API, and says in one word what came of it. Redirects are not followed: a script cannot log anyone in,
// so an answer that leads to the login service means "ask the person".

const PATIENCE_MS = 15_000;

/** One of { kind: "data", data }, { kind: "login" }, { kind: "status", status }, { kind: "garbled" },
    { kind: "late" }, { kind: "unreachable" }. */
export async function ask(path, patience = PATIENCE_MS) {
  try {
    const answer = await fetch(path, {
      redirect: "manual",
      headers: { accept: "application/json" },
      signal: AbortSignal.timeout(patience),
    });
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
