#include "credentials.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

enum { RAW_PUBLIC_KEY = 2 };

#if OPENSSL_VERSION_NUMBER >= 0x30200000L
#define HAS_RAW_KEYS 1
#else
#define HAS_RAW_KEYS 0
#endif

static int is_there(const struct credential *credential)
{
    return credential->cert_file != NULL || credential->is_raw_key;
}

int credentials_count(const struct options *options)
{
    return options->credentials_begun + is_there(&options->credentials[0]);
}

static EVP_PKEY *read_key(const struct credential *credential)
{
    FILE *file = fopen(credential->key_file != NULL ? credential->key_file : credential->cert_file, "r");
    EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
    if (file != NULL) fclose(file);
    return key;
}

static X509 *read_certificate(const struct credential *credential)
{
    FILE *file = credential->cert_file == NULL ? NULL : fopen(credential->cert_file, "r");
    X509 *certificate = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
    if (file != NULL) fclose(file);
    return certificate;
}

static int install(SSL *ssl, const struct credential *credential, int *type)
{
    EVP_PKEY *key = read_key(credential);
    if (key == NULL) return 0;
    *type = EVP_PKEY_base_id(key);
    int ok = (credential->is_raw_key || SSL_use_certificate_chain_file(ssl, credential->cert_file)) && SSL_use_PrivateKey(ssl, key);
    EVP_PKEY_free(key);
    return ok;
}

int credentials_install(struct state *state)
{
    const struct options *options = state->options;
    int types[MAX_CREDENTIALS], count = 0, raw = 0;
    if (state->certificate_is_installed) return 1;
    state->certificate_is_installed = 1;

    /* To BoringSSL the first is the last resort. */
    for (int i = 1; i <= options->credentials_begun + 1; i++) {
        const struct credential *credential = &options->credentials[i % (options->credentials_begun + 1)];
        if (!is_there(credential)) continue;
        if (!install(state->ssl, credential, &types[count])) return 0;
        raw += credential->is_raw_key;
        for (int j = 0; j < count; j++) {
            if (types[j] == types[count]) not_implemented("two credentials with keys of the same kind", "");
        }

        count++;
    }

    /* The keys of its certificates are what OpenSSL shows raw. */
    if (raw != 0 && raw != count) not_implemented("certificates beside raw keys", "");
    return 1;
}

const struct credential *credentials_selected(SSL *ssl, const struct options *options)
{
    X509 *own = SSL_get_certificate(ssl);
    for (int i = 0; i <= options->credentials_begun; i++) {
        const struct credential *credential = &options->credentials[i];
        int same = 0;
        if (credential->is_raw_key) {
            EVP_PKEY *key = read_key(credential);
#if HAS_RAW_KEYS
            EVP_PKEY *own_key = SSL_get_privatekey(ssl);
            same = key != NULL && own_key != NULL && EVP_PKEY_eq(key, own_key) == 1;
#endif
            EVP_PKEY_free(key);
        } else {
            X509 *certificate = read_certificate(credential);
            same = certificate != NULL && own != NULL && X509_cmp(certificate, own) == 0;
            X509_free(certificate);
        }

        if (same) return credential;
    }

    return NULL;
}

const struct list *credentials_signatures(const struct options *options)
{
    if (credentials_count(options) <= 1) return &options->credentials[options->credentials_begun].signing_prefs;
    for (int i = 0; i <= options->credentials_begun; i++) {
        if (options->credentials[i].signing_prefs.count > 0) not_implemented("signature algorithms of one certificate among several", "");
    }

    return &options->credentials[0].signing_prefs;
}

/* X.509 alone: nothing is said of it. */
static int is_default(const struct list *types)
{
    return types->count == 0 || (types->count == 1 && types->values[0] == 0);
}

#if HAS_RAW_KEYS
static size_t bytes_of(const struct list *list, unsigned char *bytes)
{
    for (int i = 0; i < list->count; i++) bytes[i] = (unsigned char)list->values[i];
    return (size_t)list->count;
}
#endif

int credentials_set_types(SSL *ssl, const struct options *options)
{
    struct list own = options->available_client_cert_types;
    if (own.count == 0 && options->credentials[options->credentials_begun].is_raw_key) own.values[own.count++] = RAW_PUBLIC_KEY;
    if (is_default(&own) && is_default(&options->accepted_peer_cert_types)) return 1;
#if HAS_RAW_KEYS
    unsigned char bytes[MAX_LIST];
    size_t length = bytes_of(&own, bytes);
    if (!is_default(&own) && !(options->server ? SSL_set1_server_cert_type : SSL_set1_client_cert_type)(ssl, bytes, length)) return 0;
    length = bytes_of(&options->accepted_peer_cert_types, bytes);
    return is_default(&options->accepted_peer_cert_types) || (options->server ? SSL_set1_client_cert_type : SSL_set1_server_cert_type)(ssl, bytes, length);
#else
    (void)ssl;
    not_implemented("raw public keys", "OpenSSL has them from 3.2 on");
#endif
}

int credentials_peer_is_raw(SSL *ssl)
{
#if HAS_RAW_KEYS
    return SSL_get0_peer_rpk(ssl) != NULL;
#else
    (void)ssl;
    return 0;
#endif
}

int credentials_check_peer(SSL *ssl, const struct options *options)
{
#if HAS_RAW_KEYS
    int type = options->server ? SSL_get_negotiated_client_cert_type(ssl) : SSL_get_negotiated_server_cert_type(ssl);
    if (options->has_expected_type && type != options->expect_peer_certificate_type) return fail("the peer's certificate type: got %d, wanted %d", type, options->expect_peer_certificate_type);
    if (options->expect_peer_rpk_sha256.length == 0) return 1;
    unsigned char *encoded = NULL, digest[SHA256_DIGEST_LENGTH];
    EVP_PKEY *key = SSL_get0_peer_rpk(ssl);
    int length = key == NULL ? 0 : i2d_PUBKEY(key, &encoded);
    if (length <= 0) return fail("no raw public key came");
    SHA256(encoded, (size_t)length, digest);
    OPENSSL_free(encoded);
    return (options->expect_peer_rpk_sha256.length == sizeof(digest) && memcmp(options->expect_peer_rpk_sha256.data, digest, sizeof(digest)) == 0) || fail("another raw public key came");
#else
    (void)ssl;
    (void)options;
    return 1;
#endif
}
