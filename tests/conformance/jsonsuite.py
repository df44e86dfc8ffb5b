# SPDX-License-Identifier: BSD-3-Clause
"""JSONTestSuite: each text as the header and as the claims of a token, and to the parser itself."""

from cases import Case, word

TOKEN_MAX = 16384
HEADER = '{"alg":"ES256"}'


def token(header, claims):
    return f"{word(header)}.{word(claims)}.AA"


def wrong(text, form):
    """Why a text that is no JSON is to be refused."""
    if len(form) > TOKEN_MAX:
        return frozenset(["too-long"])
    return frozenset(["bad-json"]) if text else frozenset(["bad-base64url", "not-a-jwt"])


def is_object(text):
    return text.strip(b" \t\r\n").startswith(b"{")


def read_wrong(folder):
    for path in sorted(folder.glob("test_parsing/n_*.json")):
        text = path.read_bytes()
        for place, form in (("header", token(text, "{}")), ("claims", token(HEADER, text))):
            yield Case(f"json/{path.stem}/{place}", place, ("token", form), False,
                       wrong(text, form))
        yield Case(f"json/{path.stem}/text", "text", ("json", text), False,
                   frozenset(["bad-json"]))


def read_right(folder):
    """A text that is no object is refused as it is, and accepted inside of one."""
    for path in sorted(folder.glob("test_parsing/y_*.json")):
        text = path.read_bytes()
        if is_object(text):
            yield Case(f"json/{path.stem}/claims", "claims", ("token", token(HEADER, text)), True)
            continue
        yield Case(f"json/{path.stem}/claims", "no object", ("token", token(HEADER, text)), False,
                   frozenset(["bad-json"]))
        yield Case(f"json/{path.stem}/member", "in an object",
                   ("token", token(HEADER, b'{"a":' + text + b"}")), True)


def read_either(folder):
    """What RFC 8259 leaves to the parser: floating point of any size, but no longer integers."""
    for path in sorted(folder.glob("test_parsing/i_*.json")):
        text = path.read_bytes()
        yield Case(f"json/{path.stem}/member", "in an object", ("json", b'{"a":' + text + b"}"),
                   path.stem.startswith("i_number") and b"e" in text.lower())
