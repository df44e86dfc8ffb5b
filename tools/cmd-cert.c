/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/base64url.h"
#include "../lib/trust-key.h"
#include "../lib/untrusted-chain.h"
#include "../sys/config.h"
#include "../sys/paths.h"
#include "absolute.h"
#include "command.h"
#include "der-files.h"

#define NAME_MAX_SIZE 64 /* bytes: base64url of a thumbprint, ".pem", NUL */

struct settings {
    const char *config, *issuer;
    struct operands words; /* "add" and a file */
};

/* What is deployed, and under which names (RFC 7515 sections 4.1.7 and 4.1.8). */
struct deployment {
    const char *directory;
    char sha256[NAME_MAX_SIZE], sha1[NAME_MAX_SIZE];
};

static bool refuse(const char *what, const char *why)
{
    fprintf(stderr, "pam-jwt cert: %s: %s\n", what, why);
    return false;
}

/* --- the certificates ------------------------------------------------------------------------- */

static bool name_of(gnutls_x509_crt_t cert, gnutls_digest_algorithm_t digest,
                    char name[NAME_MAX_SIZE])
{
    static const char suffix[] = ".pem";
    unsigned char thumbprint[32];
    size_t size = sizeof(thumbprint);

    if (gnutls_x509_crt_get_fingerprint(cert, digest, thumbprint, &size) < 0)
        return false;
    memcpy(name + base64url_encode(span_of(thumbprint, size), name), suffix, sizeof(suffix));
    return true;
}

/* One that no login would accept is not deployed. */
static bool check(const struct der_files *files, const char *path, struct deployment *deployment)
{
    UNTRUSTED_CHAIN_CLEANUP struct untrusted_chain chain = {.count = 0};
    struct span ders[CHAIN_MAX];
    struct report report = {.detail = ""};
    enum status status;

    for (size_t i = 0; i < files->count && i < CHAIN_MAX; i++)
        ders[i] = der_files_span(files, i);
    status = untrusted_chain_of(ders, files->count, &chain, &report);
    if (status == STATUS_ACCEPTED)
        status = trust_key_check_certificate(chain.certs[0], 0, 0, &report);
    if (status != STATUS_ACCEPTED)
        return refuse(path, report.detail);
    return (name_of(chain.certs[0], GNUTLS_DIG_SHA256, deployment->sha256) &&
            name_of(chain.certs[0], GNUTLS_DIG_SHA1, deployment->sha1)) ||
           refuse(path, "its thumbprint cannot be computed");
}

/* --- the directory ---------------------------------------------------------------------------- */

static bool write_blocks(FILE *out, const struct der_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        gnutls_datum_t pem = {NULL, 0};
        bool written = gnutls_pem_base64_encode2("CERTIFICATE", &files->items[i].der, &pem) >= 0 &&
                       fwrite(pem.data, 1, pem.size, out) == pem.size;

        gnutls_free(pem.data);
        if (!written)
            return false;
    }
    return fflush(out) == 0 && fsync(fileno(out)) == 0;
}

/* A new file under `name`: whole, or not at all. */
static bool write_file(int directory, const char *name, const struct der_files *files)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
    bool written = out && fchmod(fd, 0644) == 0 && write_blocks(out, files);
    int error = errno;

    if (out)
        (void)fclose(out);
    else if (fd >= 0)
        close(fd);
    errno = error;
    return written;
}

/* Of a file in the making, and of a second link to it; others may be at it, too. */
struct new_names {
    char file[NAME_MAX_SIZE], link[NAME_MAX_SIZE];
};

static bool choose_names(struct new_names *names)
{
    uint64_t number;

    if (getentropy(&number, sizeof(number)) != 0)
        return false;
    (void)snprintf(names->file, sizeof(names->file), ".new-%016" PRIx64, number);
    (void)snprintf(names->link, sizeof(names->link), ".new-%016" PRIx64 ".link", number);
    return true;
}

/* The SHA-1 name is a second link to the same file: the sealed jwt-verify follows no symbolic ones.
 */
static bool put_as(int directory, const struct new_names *names,
                   const struct deployment *deployment, const struct der_files *files)
{
    return write_file(directory, names->file, files) &&
           linkat(directory, names->file, directory, names->link, 0) == 0 &&
           renameat(directory, names->link, directory, deployment->sha1) == 0 &&
           renameat(directory, names->file, directory, deployment->sha256) == 0 &&
           fsync(directory) == 0;
}

static bool put(int directory, const struct deployment *deployment, const struct der_files *files)
{
    struct new_names names;
    int error;

    if (!choose_names(&names))
        return false;
    if (put_as(directory, &names, deployment, files))
        return true;
    error = errno;
    (void)unlinkat(directory, names.link, 0);
    (void)unlinkat(directory, names.file, 0);
    errno = error;
    return false;
}

static int deploy(const struct deployment *deployment, const struct der_files *files)
{
    int directory = open(deployment->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = directory >= 0 && put(directory, deployment, files);

    if (!done)
        (void)refuse(deployment->directory,
                     errno == EACCES ? "Permission denied: run it as root" : strerror(errno));
    if (directory >= 0)
        close(directory);
    if (!done)
        return COMMAND_NO;
    printf("%s/%s\nx5t#S256 %.*s\nx5t %.*s\n", deployment->directory, deployment->sha256,
           (int)strlen(deployment->sha256) - 4, deployment->sha256,
           (int)strlen(deployment->sha1) - 4, deployment->sha1);
    return fflush(stdout) == 0 ? COMMAND_OK : COMMAND_NO;
}

/* --- command line ----------------------------------------------------------------------------- */

static const struct issuer_rules *find_issuer(const struct rules *rules, const char *url)
{
    if (!url && rules->issuer_count == 1)
        return &rules->issuers[0];
    for (size_t i = 0; url && i < rules->issuer_count; i++)
        if (strcmp(rules->issuers[i].issuer, url) == 0)
            return &rules->issuers[i];
    (void)refuse(url ? url : "--issuer",
                 url ? "no such [issuer ...] in the configuration"
                     : "needed, as the configuration has more than one [issuer ...]");
    return NULL;
}

static int add(const struct settings *settings, const char *config, const char *path)
{
    DER_FILES_CLEANUP struct der_files files = {.count = 0};
    struct config_error error = {""};
    CONFIG_CLEANUP struct rules *rules = config_load(config, geteuid(), &error);
    struct report report = {.detail = ""};
    struct deployment deployment = {.directory = NULL};
    const struct issuer_rules *issuer;

    if (!rules) {
        fprintf(stderr, "%s\n", error.text);
        return COMMAND_NO;
    }
    issuer = find_issuer(rules, settings->issuer);
    if (!issuer)
        return COMMAND_NO;
    if (der_files_read(&files, path, "CERTIFICATE", &report) != STATUS_ACCEPTED) {
        (void)refuse(path, report.detail);
        return COMMAND_NO;
    }
    deployment.directory = issuer->certificates;
    return check(&files, path, &deployment) ? deploy(&deployment, &files) : COMMAND_NO;
}

static int run(int argc, char **argv)
{
    struct settings settings = {.config = paths_config};
    char config[ABSOLUTE_MAX];
    int exit_code;

    if (!command_parse(&command_cert, argc, argv, &settings, &exit_code))
        return exit_code;
    if (settings.words.count != 2 || strcmp(settings.words.items[0], "add") != 0)
        return command_usage(&command_cert, "expected add and one file");
    if (!absolute_path(settings.config, config))
        return command_usage(&command_cert, "--config: the path is too long");
    return add(&settings, config, settings.words.items[1]);
}

static const struct option_row options[] = {
    {"config", "FILE", OPTION_TEXT, false, offsetof(struct settings, config),
     "the configuration instead of the installed one"},
    {"issuer", "URL", OPTION_TEXT, false, offsetof(struct settings, issuer),
     "whose signer it is, if the configuration has several"},
};

const struct command command_cert = {
    .name = "cert",
    .summary = "deploy the certificate of a signer whose tokens name it by thumbprint",
    .tail = " add CERT",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands = "add CERT",
    .operands_offset = offsetof(struct settings, words),
    .run = run,
};
