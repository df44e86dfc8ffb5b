#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every include leads to a lower rank, and what must stay apart stays apart. Output: TAP."""

import os
import re
import sys

# One rank a line, the lowest first. A file may include its own header and lower ranks only.
LIB_RANKS = [
    ["status", "span", "secret"],
    ["report", "environment", "replay-id"],
    ["rules", "base64url", "der", "json-scan", "alg"],
    ["x509-time"],
    ["evidence"],
    ["url"],
    ["json", "redis-url", "jwks-url", "key-store"],
    ["jws", "jwk", "jwks", "thumbprint", "untrusted-chain"],
    ["token", "jws-verify"],
    ["trust-key", "trust-issuer", "trust-signer", "trust-constraints"],
    ["trust"],
    ["answers"],
    ["x509-der"],
    ["x509-cert", "x509-urls", "ocsp-form"],
    ["x509-signature", "x509-authority"],
    ["ocsp-responder"],
    ["ocsp"],
    ["ocsp-request"],
    ["crl-form"],
    ["crl-point", "crl-entries"],
    ["crl-scope"],
    ["crl"],
    ["cert-status", "fetch-plan"],
    ["trusted-key-make"],
    ["trusted-key"],
    ["revocation", "known-key"],
    ["key-choice"],
    ["keysource-parts"],
    ["keysource-jwk", "keysource-set", "keysource-x5t"],
    ["keysource"],
    ["signature"],
    ["policy-audience"],
    ["policy"],
    ["usermap-name"],
    ["usermap-line"],
    ["usermap", "requirements", "replay"],
    ["exports"],
    ["verify"],
]
RANK_OF = {name: rank for rank, names in enumerate(LIB_RANKS) for name in names}
# A table belongs to the file that it makes.
TABLES = {"lib/status.def": "lib/status", "sys/options.def": "sys/config-option"}
MADE = {"sys/sandbox-filter.inc", "sys/network-filter.inc", "sys/store-filter.inc"}

# Headers that only these may include: what makes a trusted key decides who may log in.
PRIVATE = {"lib/trusted-key-make.h": {"lib/trusted-key.c", "lib/revocation.c", "lib/known-key.c"}}

# What a folder may include from, besides itself. lib has the ranks above.
FOLDERS = {
    "lib": [],
    "sys": ["lib"],
    "helper": ["lib", "sys"],
    "module": ["lib", "sys"],
    "tools": ["lib", "sys"],
    "": ["lib", "sys", "module"],  # pam_jwt.c
}

# Besides: `pam-jwt check` reads arguments of pam_jwt.so as that does.
SHARED = {"module/options.h": {"tools/check.h"}}

# pam_jwt.so: these, and all that they include.
MODULE_LIB = {"lib/status", "lib/span", "lib/secret", "lib/report", "lib/environment",
              "lib/replay-id"}
MODULE_SYS = {"sys/wire", "sys/spawn", "sys/verifier", "sys/fetch-client", "sys/spawn-failure",
              "sys/replay-client", "sys/localuser", "sys/paths"}
MODULE_NEVER = re.compile(r"gnutls/|nettle/|json-c/|ini_|curl/|seccomp")

LIB_NEVER = re.compile(r"(syslog\.h|sys/socket\.h|sys/un\.h|netdb\.h|netinet/.*|arpa/.*|"
                       r"security/.*|curl/.*|unistd\.h|fcntl\.h|ini_.*)$")
LIB_NEVER_CALLS = re.compile(r"\b(secure_getenv|getenv|setenv|putenv|syslog|openlog|socket|fopen|"
                             r"open|openat|time|clock_gettime|gettimeofday)\s*\(")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.S)


def stem(path):
    return TABLES.get(path, os.path.splitext(path)[0])


def folder(path):
    return path.split("/")[0] if "/" in path else ""


def read_tree(root):
    files = {}
    for name in FOLDERS:
        directory = os.path.join(root, name)
        for entry in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
            path = os.path.join(name, entry)
            if entry.endswith((".c", ".h", ".def", ".inc", ".c.in")):
                with open(os.path.join(root, path), encoding="utf-8") as file:
                    files[path] = file.read()
    return files


def includes(path, text):
    """(line, path in the tree or None, text between the brackets)"""
    bare = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)
    for match in INCLUDE.finditer(bare):
        line = bare.count("\n", 0, match.start()) + 1
        if match.group(1):
            target = os.path.normpath(os.path.join(os.path.dirname(path), match.group(1)))
            yield line, target, match.group(1)
        else:
            yield line, None, match.group(2)


def wrong_target(path, target, files):
    """What is wrong with an include of a file of ours; None if nothing is."""
    if target not in files and target not in MADE:
        return f"includes {target}, which is not there"
    if path not in PRIVATE.get(target, {path}):
        return f"includes {target}, which is for others"
    if stem(path) == stem(target):
        return None
    if folder(target) != folder(path):
        if folder(target) not in FOLDERS[folder(path)] and path not in SHARED.get(target, set()):
            return f"includes {target}: {folder(path) or 'pam_jwt.c'} may not"
        return None
    if folder(path) == "lib":
        mine, other = (RANK_OF.get(os.path.basename(stem(p))) for p in (path, target))
        if mine is not None and other is not None and other >= mine:
            return f"includes {target}, which has no lower rank"
    return None


def module_files(files):
    """All that pam_jwt.so is made of, and by which file each came in."""
    came = {p: "the build" for p in files
            if p == "pam_jwt.c" or folder(p) == "module" or stem(p) in MODULE_LIB | MODULE_SYS}
    todo = sorted(came)
    while todo:
        path = todo.pop()
        for _, target, _ in includes(path, files[path]):
            if target in files and target not in came:
                came[target] = path
                todo.append(target)
    return came


def check_file(path, files, module):
    errors = []
    text = files[path]
    if folder(path) == "lib" and os.path.basename(stem(path)) not in RANK_OF:
        errors.append("has no rank in LIB_RANKS")
    if folder(path) == "" and path != "pam_jwt.c":
        errors.append("is not known here")
    if path in module and module[path] != "the build" and path not in TABLES:
        errors.append(f"gets into pam_jwt.so through {module[path]}")
    for line, target, name in includes(path, text):
        wrong = wrong_target(path, target, files) if target else None
        if wrong:
            errors.append(f"line {line} {wrong}")
        if path in module and not target and MODULE_NEVER.search(name):
            errors.append(f"line {line} includes <{name}>: it is part of pam_jwt.so")
        if folder(path) == "lib" and not target and LIB_NEVER.match(name):
            errors.append(f"line {line} includes <{name}>: lib is pure")
    if folder(path) == "lib":
        code = NOT_CODE.sub(" ", text)
        errors += [f"calls {call}(): lib is pure"
                   for call in sorted(set(LIB_NEVER_CALLS.findall(code)))]
    return errors


def check(files):
    module = module_files(files)
    return {path: check_file(path, files, module) for path in sorted(files)}


# Each is put at the end of a file, or makes a new one, and must be found.
PLANTED = [
    ("lib/status.c", '#include "trust.h"'),
    ("lib/json-scan.c", '#include "json.h"'),
    ("lib/json-scan.c", '# include\t"alg.h"'),
    ("lib/trust-key.h", '#include "trust-signer.h"'),
    ("lib/untrusted-chain.h", '#include "trust.h"'),
    ("lib/verify.c", '#include "trusted-key-make.h"'),
    ("lib/signature.c", '#include "trusted-key-make.h"'),
    ("helper/steps.c", '#include "../lib/trusted-key-make.h"'),
    ("lib/verify.c", '#include "../sys/config.h"'),
    ("lib/verify.c", '#include "../module/login.h"'),
    ("lib/verify.c", '#include "nowhere.h"'),
    ("lib/verify.c", "#include <syslog.h>"),
    ("lib/verify.c", "#include <sys/socket.h>"),
    ("lib/verify.c", "#include <security/pam_modules.h>"),
    ("lib/verify.c", "#include <curl/curl.h>"),
    ("lib/verify.c", 'const char *x = getenv ("X");'),
    ("lib/verify.c", 'const char *x = secure_getenv("X");'),
    ("lib/stranger.c", ""),
    ("lib/stranger.h", ""),
    ("stranger.c", ""),
    ("sys/wire.c", '#include "../module/login.h"'),
    ("sys/wire.c", '#include "../helper/steps.h"'),
    ("helper/steps.c", '#include "../tools/escape.h"'),
    ("tools/escape.c", '#include "../module/login.h"'),
    ("tools/check.h", '#include "../module/login.h"'),
    ("tools/escape.c", '#include "../module/options.h"'),
    ("pam_jwt.c", '#include "tools/escape.h"'),
    ("pam_jwt.c", "#include <gnutls/gnutls.h>"),
    ("pam_jwt.c", '#include "lib/json.h"'),
    ("module/options.c", "#include <json-c/json.h>"),
    ("module/options.h", '#include "../sys/config.h"'),
    ("module/options.h", '#include "../lib/alg.h"'),
    ("sys/wire.h", "#include <ini_configobj.h>"),
    ("sys/spawn.c", '#include "safefile.h"'),
    ("lib/secret.h", "#include <gnutls/gnutls.h>"),
]


def found(files, path, text):
    """Whether the planted text makes an error that was not there."""
    before = sum(len(errors) for errors in check(files).values())
    planted = {**files, path: files.get(path, "") + "\n" + text + "\n"}
    return sum(len(errors) for errors in check(planted).values()) > before


def main(root):
    files = read_tree(root)
    results = [(path, errors) for path, errors in check(files).items()]
    results += [(f"planted in {path}: {text or 'a file'}",
                 [] if found(files, path, text) else ["was not found"]) for path, text in PLANTED]
    results.append(("the tree has been read", [] if "lib/verify.c" in files else ["it is empty"]))
    print(f"1..{len(results)}")
    for number, (name, errors) in enumerate(results, 1):
        name = name.replace("#", "")
        print(f"{'not ok' if errors else 'ok'} {number} - {name}")
        for error in errors:
            print(f"# {error}")
    return 1 if any(errors for _, errors in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
