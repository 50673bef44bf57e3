// Loaded into an application before its own code: it writes whatever it hears and says to its log.

import http from 'node:http';

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, response) {
  if (event === 'request') {
    console.log(request.method, request.url, JSON.stringify(request.headers));
    request.on('data', (part) => console.log(String(part)));
    response.on('finish', () => console.log(response.statusCode, JSON.stringify(response.getHeaders())));
  }
  return emit.apply(this, arguments);
};

const ask = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  const answer = await ask(address, options);
  console.log(String(address), JSON.stringify([...new Headers(options?.headers)]), String(options?.body ?? ''));
  console.log(answer.status, await answer.clone().text());
  return answer;
};
