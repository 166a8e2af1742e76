// A real OpenID provider on loopback: oidc-provider with its own development pages for login and consent.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

function newKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' };
}

// `accounts`: by login, the claims that the provider vouches for; changes count at the next sign-in.
export async function startProvider(accounts) {
  let handler = (request, response) => response.writeHead(503).end();
  const server = createServer((request, response) => handler(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let redirect;
  function configure() {
    const provider = new Provider(issuer, {
      clients: [{ client_id: 'tocsin', client_secret: 'a secret of the tests', redirect_uris: [redirect] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      scopes: ['openid', 'email', 'profile', 'groups'],
      cookies: { keys: [randomUUID()] },
      jwks: { keys: [newKey()] },
      findAccount: (context, id) => (accounts[id] ? { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) } : undefined),
    });
    handler = provider.callback();
  }
  return {
    issuer,
    // New keys, and nobody is signed in there any more.
    restart: configure,
    settings(url) {
      redirect = `${url}/sign-in/oidc/callback`;
      configure();
      return {
        TOCSIN_OIDC_ISSUER: issuer,
        TOCSIN_OIDC_CLIENT_ID: 'tocsin',
        TOCSIN_OIDC_CLIENT_SECRET: 'a secret of the tests',
        TOCSIN_OIDC_NAME: 'Valley ID',
        TOCSIN_OIDC_SCOPES: 'groups',
        TOCSIN_OIDC_GROUPS: 'ot-admins = Waterworks Upper Valley: organisation-administrator',
        TOCSIN_OIDC_ALLOW_LOOPBACK: 'true',
        TOCSIN_SECOND_FACTOR: 'optional',
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
