// An OpenID Connect provider for tests. Anybody may sign in: as whoever he says, with any password.
import { createServer } from 'node:http';

import { Provider } from 'oidc-provider';

const { ISSUER, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET, AUTH_METHOD, EMAIL_IN_TOKEN, EMAIL_VERIFIED } = process.env;

const provider = new Provider(ISSUER, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: AUTH_METHOD,
    },
  ],
  clientAuthMethods: [AUTH_METHOD],
  cookies: { keys: ['only for tests'] },
  // What a scope gives stands in the ID token, or at the userinfo endpoint alone.
  conformIdTokenClaims: EMAIL_IN_TOKEN !== 'yes',
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  pkce: { required: () => true },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id}@example.com`,
      email_verified: EMAIL_VERIFIED === 'yes',
      name: `Name of ${id}`,
    }),
  }),
});

const server = createServer(provider.callback());
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
