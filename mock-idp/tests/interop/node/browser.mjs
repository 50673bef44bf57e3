// As much of a browser as a login needs: cookies, redirects, and the provider's forms.

const entities = { '&#34;': '"', '&#38;': '&', '&#39;': "'", '&#60;': '<', '&#62;': '>', '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const unescape = (text) => text.replace(/&(#\d+|\w+);/g, (entity) => entities[entity] ?? entity);
const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found ? unescape(found[1]) : undefined;
};

// The forms of a page: method, action, fields that are sent whatever is pressed, and buttons.
export function formsOf(html) {
  return [...html.matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => ({
    method: (attribute(text, 'method') ?? 'get').toUpperCase(),
    action: attribute(text, 'action') ?? '',
    fields: [...text.matchAll(/<input[^>]*>/g)]
      .map(([tag]) => ({ name: attribute(tag, 'name'), value: attribute(tag, 'value') ?? '', type: attribute(tag, 'type') }))
      .filter((field) => field.name && !['checkbox', 'radio'].includes(field.type)),
    buttons: [...text.matchAll(/<button([^>]*)>([\s\S]*?)<\/button>/g)].map(([, tag, label]) => ({
      name: attribute(` ${tag}`, 'name'),
      value: attribute(` ${tag}`, 'value') ?? '',
      text: unescape(label.replace(/<[^>]*>/g, '').trim()),
    })),
    posts_itself: html.includes('submit.call(document.forms[0])') || html.includes('document.forms[0].submit()'),
  }));
}

export class Browser {
  #jar = new Map();

  // One request, without following anything. Ports share cookies, as in a browser.
  async ask(url, { method = 'GET', body } = {}) {
    const { hostname } = new URL(url);
    const jar = this.#jar.get(hostname) ?? new Map();
    const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    const response = await fetch(url, { method, body, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const [name, ...value] = pair.split('=');
      if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line) || value.join('=') === '') jar.delete(name);
      else jar.set(name, value.join('='));
    }
    this.#jar.set(hostname, jar);
    return response;
  }

  // Follows redirects and forms that post themselves. Ends at a page, or at what `until` says, which is then not
  // asked for: `{ url, method, form }`.
  async visit(url, { until = () => false, method = 'GET', body } = {}) {
    for (let hop = 0; hop < 12; hop += 1) {
      const form = body;
      if (until(new URL(url))) return { url: new URL(url), method, form };
      const response = await this.ask(url, { method, body });
      const location = response.headers.get('location');
      if (location) {
        url = new URL(location, url).href;
        [method, body] = ['GET', undefined];
        continue;
      }
      const html = await response.text();
      const [first] = formsOf(html);
      if (!first?.posts_itself) return { url: new URL(url), status: response.status, html, forms: formsOf(html) };
      url = new URL(first.action, url).href;
      method = first.method;
      body = new URLSearchParams(first.fields.map(({ name, value }) => [name, value]));
    }
    throw new Error(`more than 12 hops, at last ${url}`);
  }

  // Fills in a form of a page, presses the button with this text, and goes on as `visit` does.
  async press(page, text, { fill = {}, until } = {}) {
    const form = page.forms.find(({ buttons }) => buttons.some((button) => button.text.startsWith(text)));
    if (!form) throw new Error(`no button "${text}" at ${page.url}: ${page.html}`);
    const button = form.buttons.find((candidate) => candidate.text.startsWith(text));
    const body = new URLSearchParams(form.fields.map(({ name, value }) => [name, fill[name] ?? value]));
    if (button.name) body.append(button.name, button.value);
    return this.visit(new URL(form.action, page.url).href, { method: form.method, body, until });
  }
}

// What an authorization response brought to the redirect URI: a request as the client's framework would see it.
export function callback({ url, method, form }) {
  if (method !== 'POST') return url;
  return new Request(url, {
    method,
    body: form.toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}
