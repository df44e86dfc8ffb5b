/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lib/signature.c again: PS256 with salts that GnuTLS does not sign with. RFC 7518 section 3.5
 * wants one of 32 bytes. Made once, with a key that nobody kept.
 */
#include "../../../lib/signature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../lib/base64url.h"
#include "make-token.h"

static const char modulus[] =
    "q__kpkZcLPv2t1AiwKPFJwt1l81VJt-5-B_oof31fH3T3JTU08WdJkY2bAYKquwYLDCnemnTJf3lzCMxaNYMcCdl"
    "QVxgB3L1KdPqNav7rF1CeO6G32T6lCiuJIHAdq2EJFCpQA-TYdeEWHaEmh7j3flD2AOV1cEUuBUMItjRU8zprMOs"
    "SY2OByHn5QAlx7Gi-C_uLLu0GadUK1yNS2m2H_rf52f4dweDaDDYNEIlqjv4PzGEdds6OMoKII4UXdGP68UvUupw"
    "smuhykbTk-sJaidPzMC8qdrzp5zPJ1njGmExeJUHdYU7JpEm4C6rjLIpanqrDeYfkqVBbV_8KTrnNQ";

static const struct {
    unsigned salt;
    const char *signature;
} rows[] = {
    {0, "HRw7MprDoq2JSe-8qHAKFu8WU1Dbn-Ha89WjUJfIDBabuw2T_f_Xq1tj80gnaGeMVIoNcKf4VWi1PAyRwGvJ0i0T"
        "aTS929MEHV1fHLBmQq4ZTrGx6KtxnsFeP6siLuVi0cb87TGaYSozfVQh9zuJbabnMwv_0LhMQV81IJgnrdCCNvbH"
        "jQ_cJK0GazizJB387o0SOpGQyS3zwmMkYOsInpNsXnfZuIo2Gs1LBTg40C56bhU9A7FlhKJIZc7CRZBTRcEfXied"
        "IxggKN1Yg2aODEt1Cr5lEzAbSWe49QUOAh7Ryeg2vLWJB9nZo8tBj5kYQqmMeOp2oBBqP9g39WjLeQ"},
    {1, "I-0wfDghIe3Wg2XMFft9o8Ib6Yz1kAzIrvkjt-vcO_Qsi2R7thKNNITi98NiDTkNdfVyxoi1ey-BXUszdUHR3CJX"
        "Jmg8bW3GN1yzSyFMy5KvarzgBBsJiCfEZdlzzF1jjk7rf0qOGNy6aAT1bQcAx28Mu4TryqLR967x3U3LKVEbMO3r"
        "hnqcVKRqnub6d0sBtOPfn84wyfz1RHSGcYqwEQNIFeFEEJMoiNeuqmHvuWgBPzmVRpybf_MgNzjpLe03u3tK0oo3"
        "zWD8nLmVGUhaneTkhtKrkzt5wtEru_qt7beiAD1JsACENkX-fAxiVjcTom2FHPwUBAQjhjMDwjpUxg"},
    {20, "DYC9ksViD1rfOmqS8Zcl2KMmZ35rKVFcGdXtytob6cfOEIo9Zgvjvpqg7cp6JLOBwhv_lsPS367PUVod39ZxKibk"
         "Nz7yqs2IqftwLVlOr6EYN3WwpPmSoeXRqnz10JsIwS0_izeyM94T6s6JSqSbwgPNrxYw_wbXz1rkdwPwmRmN3k8f"
         "LCU60FYHCPiINuVQxbuTo6F59joyN01LhCECa7B7VEFAvMBXbZruNkE5VXlh1day_WRlQcqpsm96q7RsykUz5HUn"
         "BvUNUjweUHlQTp1XJaV-hIgXUaUH3F7VGvG60Rb_FA0H9kGAkCv9eNbQk-0FLSoN9BenasmbsLGMZA"},
    {31, "C-2IPZi9onUPr7KP3fR3P4ySDdwme7dQ0WGJ4mhcZfIYJgPALPP1PBF8LKHtsb-IcI9n-bO-utfDMikxzGpM6Ti4"
         "2SYM4oVwsYJdtU5_ItiuE9Pj1A8DkHum5dIgFiy9e9hQDP7MQgyLE1yCcIr-Y_M3y5n85Fi01F0xMIVLLI-72c-3"
         "Y0gJDgHn9F0YJzWNEec8lGsxrUcfHfM8wXmVb8Kj-hajsF_-s16EMxxfkSGtUixVZGZVAUsjAKn0jVvqSyeJcLMj"
         "-bDbapOqumAN7rolDLTeqGJ8cRfh7aUmhuOX05Jpl7_Hhy9gpH-vzaZZUsDNx-jEEM-bt5EKgLXRCQ"},
    {32, "VCr_7WYNfdDPSf8ltZwEdJ0ORuGUxFar3GZ-h71ZnEUbrbiX68d_2bPTXY5Eq1fh9apoNviQzU1o2Uihn6-W0vq2"
         "kvd2NYc4ZapgN9TrMJWiA8-EFBix60CX4lSQVnW7HK6j8uDv1CFMu1NiNWUyq1Y_pWA91TrEJq5Pu6iKj0fYuliA"
         "3qbNsQY6UkQ1pKzzjAd4wMpXBRMRCg4vRxLGytaJ1ahP3VGTHpVC4LHX8Rv9TKRHgkEzgYDVOMWy_Z0ybR0jloN_"
         "b-wB6Ydn3SAbfX9qWb65brdqHnMxE2eVoHJfabY6Q3hwAXm0WyU8zy5Qm49z9TJati9L3oTgcPAqmw"},
    {33, "joZOfYwIUYGGAk0HC9k-e01e8nB4Gz226rqqgtMUkypnovPPUS97-Nh-bfcbVFQxr2fIbsVPf31AcpxpDh7694nb"
         "ZlK4nIeFgYm4Vg9-6ycpr7GTqi4sb9Z6n3rz9LCeJEs8KcnjNWkA2AJt8LoJDxEdw3UBpr0ol3ON1LUGJo_9bvFj"
         "8-8iccH9c_7goVedA3V8Hu0B0atMKSOYXOPxYfsBTkbZeM5L_XVJs_YWRP2RFEiKDfkq_K4OyTBm95zTYW2NcKu_"
         "656MYjFLC55aGz2uIPXWgIrXpUbaRFC_2G2quF14TTLudIHQcsG4v5wUD3i0UGsyOnVW3mKPVdw5Fg"},
    {48, "IsZOgzuvLG5m6o1Gc9BxgX7pOwfqq9mBOxviqgS8TYZATfsmN4kx6Jb8zxjTsE_221qZ5CscSeVo05QJ4_cxv5uw"
         "0Ydy-jNcNZ-WdvpL5skMz3Hc1DmjzhywMhm6XvzF7cMdNVXili2XyVgs2Jh6sgUuksDGlULmrIcKQe30h7B0bADX"
         "-M-NvFJ3JOq20NQF-amZbbZfhmZp_EfKBEkVrukgvXD8KJZP148J-_6RMHgvKQS2G_QvG2WsIhkWFL6e8meH6ndp"
         "__8qvyUtlvqo7dpJino2U1mcyjA0XcZzqX42AtH7tAdzlx33F21lut4SVHOx97HVLsXZT9NBseR9Wg"},
    {222, "c7_JcAXLA5ZUts-RFnLt5zLarrUDrWRTk4SZHIEL6vS_JevM9Mmx_rLyez7SRckuQN6vTUQXwo4Dng_LwN6zzcjm"
          "vQmHaBvMMdXsHGwvy-fXvp_4ENnUCeeWyyf1rlyxbiWdzsezS5m-etj2Ejly7qBKUhZWbOM0OAYhupJ4Dkfq-2Ra"
          "9OTxkv-5nPtzLbLi0ppy6AFaIpxqtscGkLxFqSQ0JNxC-p9BTTYbbjK_8oRNRG77IzXu749sMCrPPxTgmXR1getb"
          "1T_83II7qrmOmZq4eb8fuC12eYUVsavJj5NLnyJL_2c33r6KT85ewPeGJmYd6nwgMpqbpI6C1qggZA"},
};

static void test_salts(void **state)
{
    gnutls_x509_crt_t anchor = make_ca("root", 0, NULL, 0);
    struct cert_plan plan = plan_signer(make_key(KEY_P256, 2), anchor, 0);
    TRUSTED_KEY_CLEANUP struct trusted_key *key = NULL;
    unsigned char bytes[BASE64_DECODED_MAX(sizeof(modulus))];
    size_t len;

    (void)state;
    assert_true(base64url_decode(span_text(modulus), bytes, &len));
    plan.pubkey = make_rsa_pubkey(span_of(bytes, len), span_of("\1\0\1", 3));
    key = make_trusted(make_cert(&plan), anchor);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        TOKEN_CLEANUP struct token token = {0};
        SIGNED_CLAIMS_CLEANUP struct signed_claims *claims = NULL;
        struct report report = {0};
        char *text;

        assert_true(base64url_decode(span_text(rows[i].signature), bytes, &len));
        text = make_token("{\"alg\":\"PS256\"}", "{\"sub\":\"alice\"}", span_of(bytes, len));
        assert_int_equal(token_parse(span_text(text), &token, &report), STATUS_ACCEPTED);
        assert_int_equal(signature_verify(&token, key, &claims, &report),
                         rows[i].salt == 32 ? STATUS_ACCEPTED : STATUS_BAD_SIGNATURE);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_salts),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    make_free_all();
    return failed;
}
