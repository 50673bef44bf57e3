"""PyPI's Authlib logs in: its own validation of tokens has to pass."""

import html
import json
import os
import re
import sys
from urllib.parse import urlsplit

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken, ImplicitIDToken

ISSUER, CONTROL = os.environ["ISSUER"], os.environ["CONTROL"]
REDIRECT = "http://localhost:3998/callback"
SECRET = "a-client-secret-of-at-least-32-characters"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
web = requests.Session()
web.trust_env = False


def tell(method, path, body):
    answer = web.request(method, f"{CONTROL}/tenants/_default{path}", json=body)
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"


def known(client_id, **more):
    tell("POST", "/clients", {"client_id": client_id, "redirect_uris": [REDIRECT], **more})
    tell("PUT", "/policy", {"policy": "auto", "user": "alice"})
    metadata = web.get(f"{ISSUER}/.well-known/openid-configuration").json()
    keys = JsonWebKey.import_key_set(web.get(metadata["jwks_uri"]).json())
    return metadata, keys


def checked(id_token, keys, kind, metadata, client_id, **params):
    claims = jwt.decode(
        id_token,
        keys,
        claims_cls=kind,
        claims_options={
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": client_id},
            "nonce": {"essential": True},
        },
        claims_params={"client_id": client_id, **params},
    )
    claims.validate()
    assert claims["sub"] == "user-alice", claims
    return claims


def code_with_pkce():
    metadata, keys = known("authlib-code", client_secret=SECRET)
    client = OAuth2Session(
        "authlib-code", SECRET, scope="openid profile email", redirect_uri=REDIRECT, code_challenge_method="S256"
    )
    client.trust_env = False
    verifier, nonce = generate_token(48), generate_token(20)
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    answer = web.get(url, allow_redirects=False)
    location = answer.headers["location"]
    assert location.startswith(REDIRECT + "?"), answer.text
    token = client.fetch_token(
        metadata["token_endpoint"], authorization_response=location, code_verifier=verifier, state=state
    )
    checked(token["id_token"], keys, CodeIDToken, metadata, "authlib-code", nonce=nonce, access_token=token["access_token"])
    person = client.get(metadata["userinfo_endpoint"]).json()
    assert person["email"] == "alice@example.test", person


def id_token_form_post():
    metadata, keys = known("authlib-implicit")
    client = OAuth2Session("authlib-implicit", scope="openid profile", redirect_uri=REDIRECT)
    nonce = generate_token(20)
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], response_type="id_token", response_mode="form_post", nonce=nonce
    )
    page = web.get(url, allow_redirects=False)
    action = html.unescape(re.search(r'<form[^>]* action="([^"]*)"', page.text)[1])
    assert urlsplit(action).port == 3998, page.text
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    }
    assert fields["state"] == state, fields
    claims = checked(fields["id_token"], keys, ImplicitIDToken, metadata, "authlib-implicit", nonce=nonce)
    assert claims["name"] == "Alice Doe", claims


CASES = {"code_with_pkce": code_with_pkce, "id_token_form_post": id_token_form_post}

if __name__ == "__main__":
    CASES[sys.argv[1]]()
    print(json.dumps({"case": sys.argv[1], "told": None}))
