//! Settings to paste, for the libraries that people use: right for this issuer, as they stand.

/// What the settings are made of.
pub(super) struct Facts<'f> {
    pub(super) issuer: &'f str,
    pub(super) discovery: &'f str,
    /// The metadata's `authorization_endpoint` and so on, for libraries that discover nothing.
    pub(super) endpoint: &'f dyn Fn(&str) -> String,
    pub(super) client_id: &'f str,
    pub(super) client_secret: &'f str,
}

/// Settings for one library.
pub(super) struct Snippet {
    /// The framework, and the library in it.
    pub(super) name: &'static str,
    /// Where the settings go.
    pub(super) place: &'static str,
    pub(super) text: String,
}

/// Writes the settings for one library.
type Text = fn(&Facts<'_>) -> String;

/// Settings for every library, all for an application at `http://localhost:3000` or the library's usual port.
pub(super) fn snippets(facts: &Facts<'_>) -> Vec<Snippet> {
    let table: [(&str, &str, Text); 8] = [
        ("Express · express-openid-connect", ".env", express),
        ("Spring Boot · spring-security-oauth2-client", "application.yaml", spring),
        ("ASP.NET Core · OpenIdConnect", "Program.cs", aspnet),
        ("Django · mozilla-django-oidc", "settings.py", django),
        ("Next.js · Auth.js", "auth.ts", next),
        ("Rails · omniauth_openid_connect", "config/initializers/omniauth.rb", rails),
        ("Go · coreos/go-oidc", "main.go", go),
        ("The sample app of this repository", ".env", sample),
    ];
    table.into_iter().map(|(name, place, text)| Snippet { name, place, text: text(facts) }).collect()
}

fn express(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, .. } = facts;
    format!(
        "ISSUER_BASE_URL={issuer}\nCLIENT_ID={client_id}\nBASE_URL=http://localhost:3000\n\
         SECRET=a-long-random-string-for-the-session-cookie"
    )
}

fn spring(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, client_secret, .. } = facts;
    format!(
        "spring:\n  security:\n    oauth2:\n      client:\n        registration:\n          mock:\n            \
         client-id: \"{client_id}\"\n            client-secret: \"{client_secret}\"\n            scope: openid, \
         profile, email\n        provider:\n          mock:\n            issuer-uri: \"{issuer}\""
    )
}

fn aspnet(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, client_secret, .. } = facts;
    format!(
        "builder.Services\n    .AddAuthentication(options =>\n    {{\n        options.DefaultScheme = \
         CookieAuthenticationDefaults.AuthenticationScheme;\n        options.DefaultChallengeScheme = \
         OpenIdConnectDefaults.AuthenticationScheme;\n    }})\n    .AddCookie()\n    .AddOpenIdConnect(options =>\n    \
         {{\n        options.Authority = \"{issuer}\";\n        options.ClientId = \"{client_id}\";\n        \
         options.ClientSecret = \"{client_secret}\";\n        options.ResponseType = \"code\";\n        \
         options.RequireHttpsMetadata = false; // development only\n    }});"
    )
}

fn django(facts: &Facts<'_>) -> String {
    let Facts { client_id, client_secret, endpoint, .. } = facts;
    format!(
        "OIDC_RP_CLIENT_ID = \"{client_id}\"\nOIDC_RP_CLIENT_SECRET = \"{client_secret}\"\nOIDC_RP_SIGN_ALGO = \
         \"RS256\"\nOIDC_RP_SCOPES = \"openid profile email\"\nOIDC_OP_AUTHORIZATION_ENDPOINT = \"{}\"\n\
         OIDC_OP_TOKEN_ENDPOINT = \"{}\"\nOIDC_OP_USER_ENDPOINT = \"{}\"\nOIDC_OP_JWKS_ENDPOINT = \"{}\"",
        endpoint("authorization_endpoint"),
        endpoint("token_endpoint"),
        endpoint("userinfo_endpoint"),
        endpoint("jwks_uri"),
    )
}

fn next(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, client_secret, .. } = facts;
    format!(
        "import NextAuth from \"next-auth\"\n\nexport const {{ handlers, auth, signIn, signOut }} = NextAuth({{\n  \
         providers: [\n    {{\n      id: \"mock\",\n      name: \"Mock\",\n      type: \"oidc\",\n      issuer: \
         \"{issuer}\",\n      clientId: \"{client_id}\",\n      clientSecret: \"{client_secret}\",\n    }},\n  ],\n}})"
    )
}

fn rails(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, client_secret, .. } = facts;
    let (scheme, rest) = issuer.split_once("://").unwrap_or(("http", issuer));
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) =
        authority.rsplit_once(':').unwrap_or((authority, if scheme == "https" { "443" } else { "80" }));
    format!(
        "Rails.application.config.middleware.use OmniAuth::Builder do\n  provider :openid_connect,\n    name: :mock,\n    \
         issuer: \"{issuer}\",\n    discovery: true,\n    scope: [:openid, :profile, :email],\n    response_type: \
         :code,\n    client_options: {{\n      scheme: \"{scheme}\",\n      host: \"{host}\",\n      port: {port},\n      \
         identifier: \"{client_id}\",\n      secret: \"{client_secret}\",\n      redirect_uri: \
         \"http://localhost:3000/auth/mock/callback\"\n    }}\nend\n\n# Discovery over plain HTTP, development \
         only:\nSWD.url_builder = URI::HTTP if Rails.env.development?"
    )
}

fn go(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, client_secret, .. } = facts;
    format!(
        "provider, err := oidc.NewProvider(ctx, \"{issuer}\")\nif err != nil {{\n\tlog.Fatal(err)\n}}\nconfig := \
         oauth2.Config{{\n\tClientID:     \"{client_id}\",\n\tClientSecret: \"{client_secret}\",\n\tRedirectURL:  \
         \"http://localhost:3000/callback\",\n\tEndpoint:     provider.Endpoint(),\n\tScopes:       \
         []string{{oidc.ScopeOpenID, \"profile\", \"email\"}},\n}}\nverifier := \
         provider.Verifier(&oidc.Config{{ClientID: \"{client_id}\"}})"
    )
}

fn sample(facts: &Facts<'_>) -> String {
    let Facts { issuer, client_id, discovery, .. } = facts;
    format!(
        "# what it reads first: {discovery}\nISSUER_BASE_URL={issuer}\nCLIENT_ID={client_id}\n\
         BASE_URL=http://localhost:3000\nSECRET=eight-bytes-or-more"
    )
}
