// npm's openid-client logs in, refreshes, pushes, registers, …: its own validation has to pass.

import * as client from 'openid-client';
import { exportJWK, generateKeyPair } from 'jose';

import { Browser, callback } from './browser.mjs';
import { ask, equal, issuer, register, run, signIn } from './provider.mjs';

const redirect_uri = 'http://localhost:3999/callback';
const until = (url) => url.href.startsWith(redirect_uri);
const insecure = { execute: [client.allowInsecureRequests] };

async function known(metadata, authentication) {
  const { client_secret, ...rest } = metadata;
  await register({ redirect_uris: [redirect_uri], ...metadata });
  const told = { ...rest, ...(client_secret ? { client_secret } : {}) };
  delete told.client_id;
  return client.discovery(new URL(issuer), metadata.client_id, told, authentication, insecure);
}

const secret = 'a-secret-with-&-and-+-in-it-32-characters';
const confidential = (client_id) => known({ client_id, client_secret: secret }, client.ClientSecretBasic(secret));

// The code flow with PKCE, from request to claims.
async function login(config, { scope = 'openid profile email offline_access', state = client.randomState(), ...more } = {}) {
  await signIn('alice');
  const verifier = client.randomPKCECodeVerifier();
  const nonce = client.randomNonce();
  const request = {
    redirect_uri,
    scope,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const url = more.build ? await more.build(config, request) : client.buildAuthorizationUrl(config, request);
  const response = await new Browser().visit(url.href, { until });
  const tokens = await client.authorizationCodeGrant(config, callback(response), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  equal(tokens.claims().sub, 'user-alice', 'sub');
  return tokens;
}

const cases = {
  async id_token_form_post() {
    const config = await known({ client_id: 'spa', response_types: ['id_token'] }, client.None());
    client.useIdTokenResponseType(config);
    await signIn('alice');
    const [nonce, state] = [client.randomNonce(), client.randomState()];
    const url = client.buildAuthorizationUrl(config, { redirect_uri, scope: 'openid profile', nonce, state, response_mode: 'form_post' });
    const response = await new Browser().visit(url.href, { until });
    const claims = await client.implicitAuthentication(config, callback(response), nonce, { expectedState: state });
    equal([claims.sub, claims.name], ['user-alice', 'Alice Doe'], 'who signed in');
  },

  async code_with_pkce_and_userinfo() {
    const config = await confidential('with-a-secret');
    const tokens = await login(config);
    const person = await client.fetchUserInfo(config, tokens.access_token, 'user-alice');
    equal(person.email, 'alice@example.test', 'email');
  },

  async code_of_a_public_client() {
    await login(await known({ client_id: 'public-client' }, client.None()));
  },

  async a_state_with_plus_and_percent_comes_back_as_it_was() {
    await login(await confidential('state-client'), { state: 'a+b c%20d/=&é' });
  },

  async refresh_rotates() {
    const config = await confidential('refresher');
    const first = await login(config);
    const second = await client.refreshTokenGrant(config, first.refresh_token);
    equal(second.claims().sub, 'user-alice', 'sub after the refresh');
    if (second.refresh_token === first.refresh_token) throw new Error('the refresh token was not rotated');
    const refused = await client.refreshTokenGrant(config, first.refresh_token).catch((error) => error.error);
    equal(refused, 'invalid_grant', 'what a spent refresh token gets');
  },

  async hybrid_with_detached_signature() {
    const config = await confidential('hybrid');
    client.useCodeIdTokenResponseType(config);
    client.enableDetachedSignatureResponseChecks(config);
    // FAPI 1.0 wants an s_hash, which OpenID Connect does not know: without it this client refuses the answer.
    await login(config, { response_mode: 'form_post', claims: '{"id_token":{"s_hash":null}}' });
    const refused = await login(config, { response_mode: 'form_post' }).then(() => 'accepted', (error) => `${error} ${error.cause}`);
    if (!/s_hash/.test(refused)) throw new Error(`without s_hash: ${refused}`);
    const plain = await confidential('hybrid');
    client.useCodeIdTokenResponseType(plain);
    await login(plain, { response_mode: 'form_post' });
  },

  async pushed_authorization_request() {
    const config = await known(
      { client_id: 'pusher', client_secret: secret, require_pushed_authorization_requests: true },
      client.ClientSecretBasic(secret),
    );
    await login(config, { build: client.buildAuthorizationUrlWithPAR });
  },

  async signed_request_object() {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'jar', use: 'sig', alg: 'ES256' };
    const config = await known({ client_id: 'jar-client', jwks: { keys: [jwk] }, request_object_signing_alg: 'ES256' }, client.PrivateKeyJwt({ key: privateKey, kid: 'jar' }));
    await login(config, { build: (c, request) => client.buildAuthorizationUrlWithJAR(c, request, { key: privateKey, kid: 'jar' }) });
  },

  async device_flow() {
    const config = await confidential('a-device');
    await ask();
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' });
    const browser = new Browser();
    let page = await browser.visit(device.verification_uri_complete);
    for (const text of ['Continue', 'Alice Doe', 'Allow']) {
      if (page.forms?.some(({ buttons }) => buttons.some((button) => button.text.startsWith(text)))) {
        page = await browser.press(page, text);
      }
    }
    const tokens = await client.pollDeviceAuthorizationGrant(config, device);
    equal(tokens.claims().sub, 'user-alice', 'sub');
  },

  async introspection_and_revocation() {
    const config = await confidential('inspector');
    const tokens = await login(config);
    equal((await client.tokenIntrospection(config, tokens.access_token)).active, true, 'active');
    await client.tokenRevocation(config, tokens.access_token);
    equal((await client.tokenIntrospection(config, tokens.access_token)).active, false, 'active after revocation');
  },

  async dynamic_registration() {
    const config = await client.dynamicClientRegistration(
      new URL(issuer),
      { redirect_uris: [redirect_uri], client_name: 'Registered by itself', token_endpoint_auth_method: 'client_secret_post' },
      undefined,
      insecure,
    );
    await login(config);
  },

  async client_credentials() {
    const config = await confidential('a-service');
    const tokens = await client.clientCredentialsGrant(config, { scope: 'api' });
    equal(tokens.scope, 'api', 'scope');
  },

  async end_session() {
    const config = await known(
      { client_id: 'leaver', client_secret: secret, post_logout_redirect_uris: ['http://localhost:3999/bye'] },
      client.ClientSecretBasic(secret),
    );
    const tokens = await login(config);
    const url = client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://localhost:3999/bye', state: 'see+you' });
    const { url: landed } = await new Browser().visit(url.href, { until: (place) => place.port === '3999' });
    equal(landed.href, 'http://localhost:3999/bye?state=see%2Byou', 'where the browser is sent');
  },

  async every_client_authentication() {
    const pairs = [
      ['client_secret_basic', 'odd-id:with/signs', client.ClientSecretBasic(secret)],
      ['client_secret_post', 'poster', client.ClientSecretPost(secret)],
      ['client_secret_jwt', 'hmac-signer', client.ClientSecretJwt(secret)],
    ];
    for (const [method, client_id, authentication] of pairs) {
      await login(await known({ client_id, client_secret: secret, token_endpoint_auth_method: method }, authentication));
    }
    for (const alg of ['RS256', 'PS256', 'ES256', 'Ed25519']) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = { ...(await exportJWK(publicKey)), kid: alg, use: 'sig', alg };
      const config = await known(
        { client_id: `key-${alg}`, jwks: { keys: [jwk] }, token_endpoint_auth_method: 'private_key_jwt' },
        client.PrivateKeyJwt({ key: privateKey, kid: alg }),
      );
      await login(config);
    }
  },

  async every_id_token_algorithm() {
    for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'EdDSA', 'HS256', 'HS384', 'HS512']) {
      const config = await known(
        { client_id: `alg-${alg}`, client_secret: secret, id_token_signed_response_alg: alg },
        client.ClientSecretBasic(secret),
      );
      // Signatures of tokens from the back channel are checked only on demand, and those with a secret not at all.
      if (!alg.startsWith('HS')) client.enableNonRepudiationChecks(config);
      await login(config);
    }
  },

  async signed_userinfo() {
    const config = await known(
      { client_id: 'careful', client_secret: secret, userinfo_signed_response_alg: 'RS256' },
      client.ClientSecretBasic(secret),
    );
    // Without this the signature is not looked at.
    client.enableNonRepudiationChecks(config);
    const tokens = await login(config);
    const person = await client.fetchUserInfo(config, tokens.access_token, 'user-alice');
    equal(person.name, 'Alice Doe', 'name');
  },
};

await run(cases);
