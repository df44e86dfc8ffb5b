// SPDX-License-Identifier: BSD-3-Clause
// Tokens as jose makes them of the keys and chains of files, and as somebody makes them who means harm.
import crypto from 'node:crypto';
import fs from 'node:fs';

import {
  CompactSign, UnsecuredJWT, calculateJwkThumbprint, exportJWK, importPKCS8,
} from 'jose';

import { serve } from './commands.mjs';

function read(path) {
  return fs.readFileSync(path, 'ascii');
}

async function publicJwk(key) {
  return exportJWK(crypto.createPublicKey(read(key)));
}

function describe(chain) {
  const ders = read(chain).match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g)
    .map((pem) => new crypto.X509Certificate(pem).raw);
  const digest = (name) => crypto.createHash(name).update(ders[0]).digest('base64url');
  return {
    x5c: ders.map((der) => der.toString('base64')), x5t: digest('sha1'), 'x5t#S256': digest('sha256'),
  };
}

async function sign({ key, header, claims }) {
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header)
    .sign(await importPKCS8(read(key), header.alg));
}

// HMAC; the secret is what a file holds.
async function authenticate({ secret, header, claims }) {
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(header)
    .sign(fs.readFileSync(secret));
}

function options(key, alg) {
  if (alg.startsWith('PS')) {
    return { key, padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 };
  }
  return { key, dsaEncoding: 'ieee-p1363' };
}

// Signed by the algorithm `as`, whatever the header says.
function forge({ key, as, header, claims }) {
  const data = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const hash = as.startsWith('E') && !as.startsWith('ES') ? null : `sha${as.slice(2)}`;
  const signature = crypto.sign(hash, Buffer.from(data), options(read(key), as));
  return `${data}.${signature.toString('base64url')}`;
}

await serve('ready', {
  sign,
  authenticate,
  forge,
  unsecured: ({ claims }) => new UnsecuredJWT(claims).encode(),
  certificates: ({ chain }) => describe(chain),
  jwk: async ({ key }) => {
    const jwk = await publicJwk(key);
    return { jwk, thumbprint: await calculateJwkThumbprint(jwk) };
  },
  privateJwk: async ({ key }) => exportJWK(crypto.createPrivateKey(read(key))),
});
