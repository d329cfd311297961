#include "names.h"
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <stdio.h>
#include <string.h>

struct name {
    int id;
    const char *name;
    int nid;
    int digest;
};

/* RFC 8446 §4.2.7. */
static const struct name groups[] = {
    {21, "P-224", NID_secp224r1, 0},
    {23, "P-256", NID_X9_62_prime256v1, 0},
    {24, "P-384", NID_secp384r1, 0},
    {25, "P-521", NID_secp521r1, 0},
    {29, "X25519", NID_X25519, 0},
    {30, "X448", NID_X448, 0},
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
    {0x0202, "MLKEM1024", TLSEXT_nid_unknown | 0x0202, 0},
    {0x11EC, "X25519MLKEM768", TLSEXT_nid_unknown | 0x11EC, 0},
#endif
};

/* RFC 8446 §4.2.3. */
static const struct name signatures[] = {
    {0x0201, "RSA+SHA1", EVP_PKEY_RSA, NID_sha1},
    {0x0401, "RSA+SHA256", EVP_PKEY_RSA, NID_sha256},
    {0x0501, "RSA+SHA384", EVP_PKEY_RSA, NID_sha384},
    {0x0601, "RSA+SHA512", EVP_PKEY_RSA, NID_sha512},
    {0x0203, "ECDSA+SHA1", EVP_PKEY_EC, NID_sha1},
    {0x0403, "ECDSA+SHA256", EVP_PKEY_EC, NID_sha256},
    {0x0503, "ECDSA+SHA384", EVP_PKEY_EC, NID_sha384},
    {0x0603, "ECDSA+SHA512", EVP_PKEY_EC, NID_sha512},
    {0x0804, "rsa_pss_rsae_sha256", EVP_PKEY_RSA_PSS, NID_sha256},
    {0x0805, "rsa_pss_rsae_sha384", EVP_PKEY_RSA_PSS, NID_sha384},
    {0x0806, "rsa_pss_rsae_sha512", EVP_PKEY_RSA_PSS, NID_sha512},
    {0x0807, "ed25519", EVP_PKEY_ED25519, NID_undef},
    {0x0808, "ed448", EVP_PKEY_ED448, NID_undef},
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
    {0x0904, "mldsa44", NID_ML_DSA_44, NID_undef},
    {0x0905, "mldsa65", NID_ML_DSA_65, NID_undef},
    {0x0906, "mldsa87", NID_ML_DSA_87, NID_undef},
#endif
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct name *find(const struct name *names, size_t count, int id, const char *what)
{
    char number[16];
    for (size_t i = 0; i < count; i++) {
        if (names[i].id == id) return &names[i];
    }

    snprintf(number, sizeof(number), "0x%04x", (unsigned)id);
    not_implemented(what, number);
}

static void append(char out[NAMES_SIZE], const char *name, size_t length)
{
    size_t used = strlen(out);
    snprintf(out + used, NAMES_SIZE - used, "%s%.*s", used == 0 ? "" : ":", (int)length, name);
}

static void join(const struct list *ids, const struct name *names, size_t count, const char *what, char out[NAMES_SIZE])
{
    out[0] = '\0';
    for (int i = 0; i < ids->count; i++) {
        const char *name = find(names, count, ids->values[i], what)->name;
        append(out, name, strlen(name));
    }
}

void names_of_groups(const struct list *ids, char out[NAMES_SIZE])
{
    join(ids, groups, COUNT(groups), "group", out);
}

void names_of_signatures(const struct list *ids, char out[NAMES_SIZE])
{
    join(ids, signatures, COUNT(signatures), "signature algorithm", out);
}

void names_of_ciphers(const char *list, char out[NAMES_SIZE])
{
    if (strchr(list, '[') != NULL) not_implemented("a group of equal preference", list);
    out[0] = '\0';
    while (*list != '\0') {
        char name[128];
        size_t length = strcspn(list, ":");
        snprintf(name, sizeof(name), "%.*s", (int)length, list);
        const char *known = strncmp(name, "TLS_", 4) == 0 ? OPENSSL_cipher_name(name) : name;
        if (strcmp(known, "(NONE)") == 0) not_implemented("cipher", name);
        append(out, known, strlen(known));
        list += length + (list[length] == ':');
    }
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
static int group_of(SSL *ssl)
{
    return (int)SSL_get_negotiated_group(ssl);
}
#else
static int group_of(SSL *ssl)
{
    EVP_PKEY *key = NULL;
    if (!SSL_get_peer_tmp_key(ssl, &key)) return NID_undef;
    int nid = EVP_PKEY_id(key);
    if (nid == EVP_PKEY_EC) nid = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
    EVP_PKEY_free(key);
    return nid;
}
#endif

int names_is_group(SSL *ssl, int id)
{
    int wanted = find(groups, COUNT(groups), id, "group")->nid;
    int got = group_of(ssl);

    /* 1.1.1 does not always know any more. */
    return got == wanted || (got == NID_undef && OPENSSL_VERSION_NUMBER < 0x30000000L);
}

int names_is_peer_signature(SSL *ssl, int id)
{
    const struct name *wanted = find(signatures, COUNT(signatures), id, "signature algorithm");
    int type = NID_undef, digest = NID_undef;
    return SSL_get_peer_signature_type_nid(ssl, &type) && type == wanted->nid
        && SSL_get_peer_signature_nid(ssl, &digest) && digest == wanted->digest;
}
