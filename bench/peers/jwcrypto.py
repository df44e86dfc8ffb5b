#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""jwcrypto.py KEY.jwk TOKEN-FILE: the exit status is 0 if the token is signed by the key."""
import pathlib
import sys

sys.path.pop(0)  # this file has the name of what it imports

from jwcrypto import jwk, jws  # noqa: E402

key, token = (pathlib.Path(name).read_text(encoding='ascii') for name in sys.argv[1:])
signed = jws.JWS()
signed.deserialize(token.strip())
signed.verify(jwk.JWK.from_json(key))
