// fetch() as a script of the page would call it, and what that script would see.
const [url, init, done] = arguments;
fetch(url, init).then(async (response) => {
  if (response.type === 'opaque' || response.type === 'opaqueredirect') return done({ kind: 'opaque' });
  return done({
    kind: 'response',
    status: response.status,
    headers: [...response.headers.entries()],
    body: await response.text(),
    redirected: response.redirected,
    url: response.url,
  });
}).catch((error) => done({ kind: 'error', reason: String(error) }));
