// SPDX-License-Identifier: BSD-3-Clause
// provider.mjs KEY CERTIFICATE: oidc-provider as an authorization server over TLS on loopback. The first line
// that it writes is its URL.
import crypto from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';

import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

import { serve } from './commands.mjs';

const [key, cert] = process.argv.slice(2).map((path) => fs.readFileSync(path));
const asked = []; // paths of GET requests
let alg = 'ES256'; // of access tokens
let keys = [];
let issuer; // as the metadata and the tokens name it
let held = false; // no GET request gets an answer
let size = 0; // bytes of the JWK Set; 0: as it comes
let app;

async function makeKey(kid, itsAlg) {
  const pair = await generateKeyPair(itsAlg, { extractable: true });
  return { ...await exportJWK(pair.privateKey), kid, use: 'sig', alg: itsAlg };
}

function resourceServer(_, audience) {
  return {
    audience, scope: 'login', accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg } },
  };
}

// More members than `keys` are allowed: RFC 7517 section 5.
function grow(set) {
  const spare = size - JSON.stringify({ ...set, spare: '' }).length;
  return { ...set, spare: 'x'.repeat(spare) };
}

async function watch(ctx, next) {
  if (ctx.method !== 'GET') return next();
  asked.push(ctx.path);
  if (held) await new Promise(() => {});
  await next();
  if (size && ctx.path === '/jwks') ctx.body = grow(ctx.body);
  return undefined;
}

function start() {
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'runner', client_secret: 'secret', grant_types: ['client_credentials'], redirect_uris: [],
      response_types: [],
    }],
    extraTokenClaims: () => ({ preferred_username: 'alice' }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
    },
    jwks: { keys },
  });
  provider.use(watch);
  app = provider.callback();
}

// What a client sends that wants a token bound to its key: RFC 9449 section 4.
async function prove() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  return new SignJWT({ htm: 'POST', htu: `${issuer}/token`, jti: crypto.randomUUID() }).setIssuedAt()
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
    .sign(privateKey);
}

const server = https.createServer({ key, cert }, (request, response) => app(request, response));

function listen(port) {
  return new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
}

await listen(0);
const { port } = server.address();
issuer = `https://localhost:${port}`;
for (const one of ['RS256', 'PS256', 'ES256', 'EdDSA']) keys.push(await makeKey(`first-${one}`, one));
start();

await serve(issuer, {
  prove,
  asked: () => asked.splice(0),
  sign: (given) => { ({ alg } = given); },
  rename: (given) => { ({ issuer } = given); start(); },
  // Signs with a new key; those of before stay in the set.
  rotate: async ({ kid }) => { keys = [await makeKey(kid, 'ES256'), ...keys]; start(); },
  retire: ({ kid }) => { keys = keys.filter((one) => one.kid !== kid); start(); },
  hold: () => { held = true; },
  grow: (given) => { ({ size } = given); },
  down: () => { server.close(); server.closeAllConnections(); },
  up: () => listen(port),
});
