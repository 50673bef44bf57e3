// npm's express-openid-connect, the library of the page that this project began with, in a real Express app.

import { createServer } from 'node:http';

import express from 'express';
import openid from 'express-openid-connect';

import { Browser } from './browser.mjs';
import { ask, equal, issuer, register, run, signIn } from './provider.mjs';

const secret = 'a-client-secret-of-at-least-32-characters';

// An app with these settings, and a browser that signed in at it.
async function login(settings, client = {}, { by_hand = false } = {}) {
  const app = express();
  const server = createServer(app);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://localhost:${server.address().port}`;
  await register({
    client_id: 'express-app',
    redirect_uris: [`${base}/callback`],
    post_logout_redirect_uris: [base],
    backchannel_logout_uri: `${base}/backchannel-logout`,
    ...client,
  });
  await (by_hand ? ask() : signIn('alice'));
  const sessions = new Map();
  const store = {
    get: (id, done) => done(null, sessions.get(id)),
    set: (id, data, done) => done(null, sessions.set(id, data)),
    destroy: (id, done) => done(null, sessions.delete(id)),
  };
  app.use(
    openid.auth({
      issuerBaseURL: issuer,
      baseURL: base,
      clientID: 'express-app',
      secret: 'a-secret-for-the-cookies-of-32-characters',
      authRequired: false,
      ...(typeof settings === 'function' ? settings(store) : settings),
    }),
  );
  app.get('/who', (request, response) => {
    response.json({ in: request.oidc.isAuthenticated(), user: request.oidc.user ?? null, token: request.oidc.accessToken?.access_token ?? null });
  });
  app.get('/userinfo', async (request, response, next) => {
    try {
      response.json(await request.oidc.fetchUserInfo());
    } catch (error) {
      next(error);
    }
  });
  app.use((error, request, response, _next) => response.status(error.status ?? 500).json({ error: String(error.stack) }));
  const browser = new Browser();
  let landed = await browser.visit(`${base}/login`);
  // Only who signs in on the page has a session at the provider afterwards.
  if (by_hand) landed = await browser.press(landed, 'Alice Doe');
  if (by_hand && landed.html.includes('Allow')) landed = await browser.press(landed, 'Allow');
  const json = async (path) => JSON.parse(await (await browser.ask(`${base}${path}`)).text());
  const who = await json('/who');
  if (!who.in) throw new Error(`nobody is signed in: ${landed.status} ${landed.html}`);
  equal(who.user.sub, 'user-alice', 'sub');
  return { base, browser, json, who };
}

const cases = {
  async id_token_by_form_post() {
    const { browser, base, json } = await login({ idpLogout: true });
    const gone = await browser.visit(`${base}/logout`);
    equal(new URL(gone.url).origin, base, 'where the logout at the provider leads');
    equal((await json('/who')).in, false, 'signed in after logout');
  },

  async code_with_a_secret() {
    const { json } = await login(
      { clientSecret: secret, authorizationParams: { response_type: 'code', scope: 'openid profile email' } },
      { client_secret: secret },
    );
    equal((await json('/userinfo')).email, 'alice@example.test', 'email');
  },

  async hybrid_by_form_post() {
    const { who } = await login(
      { clientSecret: secret, authorizationParams: { response_type: 'code id_token', response_mode: 'form_post', scope: 'openid profile' } },
      { client_secret: secret },
    );
    if (!who.token) throw new Error('there is no access token');
  },

  async pushed_authorization_request() {
    await login(
      { clientSecret: secret, pushedAuthorizationRequests: true, authorizationParams: { response_type: 'code', scope: 'openid' } },
      { client_secret: secret, require_pushed_authorization_requests: true },
    );
  },

  async back_channel_logout() {
    const { browser, base, json } = await login(
      (store) => ({
        clientSecret: secret,
        authorizationParams: { response_type: 'code', scope: 'openid profile' },
        session: { store },
        backchannelLogout: { store },
      }),
      { client_secret: secret, backchannel_logout_session_required: true },
      { by_hand: true },
    );
    equal((await json('/who')).in, true, 'signed in');
    // Logging out at the provider, in the same browser, ends the session at the app behind its back.
    const page = await browser.visit(`${issuer}/end-session`);
    if (page.forms?.length) await browser.press(page, 'Sign out');
    equal((await json('/who')).in, false, 'signed in after the back-channel logout');
    return base;
  },
};

await run(cases);
