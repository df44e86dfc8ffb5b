# SPDX-License-Identifier: BSD-3-Clause
"""Wycheproof: JSON Web Signature, Key and Crypto, and its sets of bare signatures."""

import base64
import json

from cases import Case, word

JOSE = ["json_web_signature_test", "json_web_key_test", "json_web_crypto_test"]
# The algorithm as JWS names it; the hash of an ECDSA set goes with its curve.
ALGORITHMS = {
    ("EcdsaP1363Verify", "SHA-256"): "ES256",
    ("EcdsaP1363Verify", "SHA-384"): "ES384",
    ("EcdsaP1363Verify", "SHA-512"): "ES512",
    ("EddsaVerify", None): "Ed25519",
    ("RsassaPkcs1Verify", "SHA-256"): "RS256",
    ("RsassaPkcs1Verify", "SHA-384"): "RS384",
    ("RsassaPkcs1Verify", "SHA-512"): "RS512",
    ("RsassaPssVerify", "SHA-256"): "PS256",
    ("RsassaPssVerify", "SHA-384"): "PS384",
    ("RsassaPssVerify", "SHA-512"): "PS512",
}
CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def key_id(jws):
    """kid of the header; None if it has none."""
    try:
        part = jws.split(".")[0]
        return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).get("kid")
    except (ValueError, AttributeError):
        return None


def key_for(group, jws):
    """The public key; of a set, the only one that kid names. Or a secret, to see it refused."""
    key = group.get("public") or group["private"]
    if "keys" not in key:
        return key
    fitting = [one for one in key["keys"] if one.get("kid") == key_id(jws)]
    return fitting[0] if len(fitting) == 1 else {}


def is_symmetric(key):
    return key.get("kty") == "oct"


def read_jose(folder):
    for name in JOSE:
        for group in json.loads((folder / f"{name}.json").read_text())["testGroups"]:
            for test in group["tests"]:
                if "jws" not in test:
                    continue
                # The JSON serializations stand there as objects.
                jws = test["jws"] if isinstance(test["jws"], str) else json.dumps(test["jws"])
                key = key_for(group, jws)
                yield Case(f"{name}/{test['tcId']}", f"{group['comment']}: {test['comment']}",
                           ("jws", json.dumps(key), jws),
                           test["result"] == "valid" and not is_symmetric(key))


def public_jwk(group):
    """Some keys are there as the numbers only, of EC: 4, x, y."""
    jwk = group.get("publicKeyJwk") or group.get("keyJwk")
    if jwk:
        return jwk
    point = bytes.fromhex(group["publicKey"]["uncompressed"])[1:]
    half = len(point) // 2
    return {"kty": "EC", "crv": CURVES[group["publicKey"]["curve"]], "x": word(point[:half]),
            "y": word(point[half:])}


def read_raw(folder):
    for path in sorted((folder / "raw").glob("*.json")):
        for group in json.loads(path.read_text())["testGroups"]:
            algorithm = ALGORITHMS[group["type"], group.get("sha")]
            for test in group["tests"]:
                yield Case(f"{path.stem}/{test['tcId']}", test["comment"],
                           ("raw", json.dumps(public_jwk(group)), algorithm,
                            bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])),
                           test["result"] == "valid")
