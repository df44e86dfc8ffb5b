// SPDX-License-Identifier: BSD-3-Clause
// node jose.mjs FOLDER KEY.jwk TOKEN-FILE: FOLDER has the node_modules with jose.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, key, token] = process.argv.slice(2)
const found = createRequire(`${folder}/`).resolve('jose')
const { importJWK, jwtVerify } = await import(pathToFileURL(found).href)
const jwk = JSON.parse(readFileSync(key, 'utf8'))
await jwtVerify(readFileSync(token, 'utf8').trim(), await importJWK(jwk, jwk.alg))
