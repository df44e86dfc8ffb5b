/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bench-crl make COUNT FOLDER: writes a CRL of so many entries, its issuer and a certificate that
 * is not listed. bench-crl judge|verify FOLDER: a worker; a process that judges the certificate by
 * that list, or one that only hashes the list and verifies its signature.
 */
#include <fcntl.h>
#include <gnutls/abstract.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/crl-form.h"
#include "../lib/crl.h"
#include "../lib/x509-signature.h"
#include "../sys/mapping.h"
#include "worker.h"

#define DAY 86400
#define ENTRY_SIZE 35 /* bytes: a serial number of 16, a UTCTime */

/* --- make ------------------------------------------------------------------------------------- */

static const unsigned char ecdsa_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                             0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

static size_t put_head(unsigned char *out, unsigned char tag, size_t len)
{
    const unsigned char head[] = {tag,
                                  0x84,
                                  (unsigned char)(len >> 24),
                                  (unsigned char)(len >> 16),
                                  (unsigned char)(len >> 8),
                                  (unsigned char)len};
    size_t bytes = len < 0x80 ? 0 : len < 0x100 ? 1 : len < 0x10000 ? 2 : len < 0x1000000 ? 3 : 4;

    out[0] = tag;
    out[1] = (unsigned char)(bytes ? 0x80 | bytes : len);
    memcpy(out + 2, head + sizeof(head) - bytes, bytes);
    return 2 + bytes;
}

static size_t put_element(unsigned char *out, unsigned char tag, const void *content, size_t len)
{
    size_t head = put_head(out, tag, len);

    memcpy(out + head, content, len);
    return head + len;
}

static size_t put_time(unsigned char *out, time_t when)
{
    char text[16];
    struct tm tm;

    /* The four digits of the year, of which UTCTime has the last two. */
    if (!gmtime_r(&when, &tm) || strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm) != 15)
        abort();
    return put_element(out, 0x17, text + 2, 13);
}

/* revokedCertificates. */
static size_t put_entries(unsigned char *out, unsigned count, time_t now)
{
    size_t len = put_head(out, 0x30, (size_t)count * ENTRY_SIZE);

    for (unsigned i = 0; i < count; i++) {
        unsigned char *entry = out + len, serial[16] = {0x55};

        memcpy(serial + 12, &i, sizeof(i));
        entry[0] = 0x30;
        entry[1] = ENTRY_SIZE - 2;
        (void)put_element(entry + 2, 0x02, serial, sizeof(serial));
        (void)put_time(entry + 20, now - DAY);
        len += ENTRY_SIZE;
    }
    return len;
}

static size_t put_tbs(unsigned char *out, gnutls_x509_crt_t issuer, unsigned count)
{
    static const unsigned char version[] = {0x02, 0x01, 0x01};
    unsigned char *content = malloc((size_t)count * ENTRY_SIZE + 4096);
    gnutls_datum_t name;
    time_t now = time(NULL);
    size_t len = sizeof(version);

    if (!content || gnutls_x509_crt_get_raw_dn(issuer, &name) < 0)
        abort();
    memcpy(content, version, len);
    memcpy(content + len, ecdsa_sha256, sizeof(ecdsa_sha256));
    len += sizeof(ecdsa_sha256);
    memcpy(content + len, name.data, name.size);
    len += name.size;
    len += put_time(content + len, now - 3600);
    len += put_time(content + len, now + DAY);
    len += put_entries(content + len, count, now);
    len = put_element(out, 0x30, content, len);
    gnutls_free(name.data);
    free(content);
    return len;
}

static gnutls_x509_crt_t make_cert(gnutls_x509_privkey_t key, gnutls_x509_crt_t issuer,
                                   const char *name)
{
    static const unsigned char serial[] = {0x12, 0x34};
    time_t now = time(NULL);
    gnutls_x509_crt_t cert;

    if (gnutls_x509_crt_init(&cert) < 0 || gnutls_x509_crt_set_version(cert, 3) < 0 ||
        gnutls_x509_crt_set_dn(cert, name, NULL) < 0 ||
        gnutls_x509_crt_set_serial(cert, serial, sizeof(serial)) < 0 ||
        gnutls_x509_crt_set_activation_time(cert, now - DAY) < 0 ||
        gnutls_x509_crt_set_expiration_time(cert, now + DAY) < 0 ||
        gnutls_x509_crt_set_key(cert, key) < 0 ||
        gnutls_x509_crt_sign2(cert, issuer ? issuer : cert, key, GNUTLS_DIG_SHA256, 0) < 0)
        abort();
    return cert;
}

static void save(const char *folder, const char *name, const void *bytes, size_t len)
{
    char path[4096];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wbe");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        abort();
}

static void save_cert(const char *folder, const char *name, gnutls_x509_crt_t cert)
{
    gnutls_datum_t der;

    if (gnutls_x509_crt_export2(cert, GNUTLS_X509_FMT_DER, &der) < 0)
        abort();
    save(folder, name, der.data, der.size);
    gnutls_free(der.data);
}

static size_t sign(unsigned char *out, gnutls_x509_privkey_t key, const gnutls_datum_t *tbs)
{
    unsigned char bits[256] = {0}; /* of which none is unused */
    gnutls_datum_t signature;
    gnutls_privkey_t signer;
    size_t len = sizeof(ecdsa_sha256);

    if (gnutls_privkey_init(&signer) < 0 || gnutls_privkey_import_x509(signer, key, 0) < 0 ||
        gnutls_privkey_sign_data(signer, GNUTLS_DIG_SHA256, 0, tbs, &signature) < 0 ||
        signature.size >= sizeof(bits))
        abort();
    memcpy(out, ecdsa_sha256, len);
    memcpy(bits + 1, signature.data, signature.size);
    gnutls_privkey_deinit(signer);
    len += put_element(out + len, 0x03, bits, 1 + signature.size);
    gnutls_free(signature.data);
    return len;
}

static int make(unsigned count, const char *folder)
{
    unsigned char *tbs = malloc((size_t)count * ENTRY_SIZE + 8192), *list, tail[512];
    gnutls_x509_privkey_t key;
    gnutls_x509_crt_t issuer;
    size_t len, tail_len, head;

    if (!tbs || gnutls_x509_privkey_init(&key) < 0 ||
        gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                     GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) < 0)
        abort();
    issuer = make_cert(key, NULL, "CN=issuer");
    len = put_tbs(tbs, issuer, count);
    tail_len = sign(tail, key, &(gnutls_datum_t){tbs, (unsigned)len});
    list = malloc(len + tail_len + 8);
    if (!list)
        abort();
    head = put_head(list, 0x30, len + tail_len);
    memcpy(list + head, tbs, len);
    memcpy(list + head + len, tail, tail_len);
    save(folder, "list.crl", list, head + len + tail_len);
    save_cert(folder, "issuer.der", issuer);
    save_cert(folder, "cert.der", make_cert(key, issuer, "CN=signer"));
    return 0;
}

/* --- judge and verify ------------------------------------------------------------------------- */

struct task {
    struct mapping list;
    struct evidence_question question;
    bool judge;
};

static gnutls_x509_crt_t load_cert(const char *folder, const char *name)
{
    char path[4096];
    gnutls_datum_t der;
    gnutls_x509_crt_t cert;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (gnutls_load_file(path, &der) < 0 || gnutls_x509_crt_init(&cert) < 0 ||
        gnutls_x509_crt_import(cert, &der, GNUTLS_X509_FMT_DER) < 0)
        abort();
    return cert;
}

static bool verify(const struct task *task, struct span der)
{
    struct evidence evidence = {.status = CERTIFICATE_UNKNOWN};
    struct crl crl;

    return crl_form_read(der, &crl, &evidence) &&
           x509_signature_verify(task->question.issuer, &crl.algorithm, crl.tbs, crl.signature,
                                 "CRL", &evidence);
}

static bool judge(const struct task *task, struct span der)
{
    struct evidence evidence;

    crl_look_up(der, &task->question, &evidence);
    if (evidence.status != CERTIFICATE_GOOD)
        fprintf(stderr, "bench-crl: %s\n", evidence.detail);
    return evidence.status == CERTIFICATE_GOOD;
}

static bool in_child(void *context)
{
    const struct task *task = context;
    int status = 1;
    pid_t child = fork();

    if (child == 0)
        _exit(task->judge ? !judge(task, task->list.bytes) : !verify(task, task->list.bytes));
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int serve(bool judging, const char *folder)
{
    struct task task = {.judge = judging,
                        .question = {.cert = load_cert(folder, "cert.der"),
                                     .issuer = load_cert(folder, "issuer.der"),
                                     .now = time(NULL)}};
    char path[4096];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/list.crl", folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && mapping_make(fd, SIZE_MAX, &task.list) == 0 ? worker_serve(in_child, &task)
                                                                  : 1;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        return make((unsigned)strtoul(argv[2], NULL, 10), argv[3]);
    if (argc == 3 && (strcmp(argv[1], "judge") == 0 || strcmp(argv[1], "verify") == 0))
        return serve(argv[1][0] == 'j', argv[2]);
    fprintf(stderr, "usage: bench-crl make COUNT FOLDER | judge FOLDER | verify FOLDER\n");
    return 64;
}
