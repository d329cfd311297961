/* What connections leave for the next one. */
#include "callbacks.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/core_names.h>
#endif

enum { MOST_SESSIONS = 16 };

/* Copies: an SSL_SESSION can be in one context's cache only. */
static SSL_SESSION *kept[MOST_SESSIONS];

int callback_new_session(SSL *ssl, SSL_SESSION *session)
{
    struct state *state = state_of(ssl);
    state->session_was_cached = 1;
    if (state->options->server) {
        for (size_t i = 0; i < MOST_SESSIONS; i++) {
            if (kept[i] != NULL) continue;
            kept[i] = SSL_SESSION_dup(session);
            break;
        }

        return 0;
    }

    /* The newest one is offered next. */
    SSL_SESSION_free(state->session);
    state->session = session;
    return 1;
}

void callback_remove_session(SSL_CTX *context, SSL_SESSION *session)
{
    unsigned length, other_length;
    const unsigned char *id = SSL_SESSION_get_id(session, &length);
    (void)context;
    for (size_t i = 0; i < MOST_SESSIONS; i++) {
        if (kept[i] == NULL) continue;
        const unsigned char *other = SSL_SESSION_get_id(kept[i], &other_length);
        if (length != other_length || memcmp(id, other, length) != 0) continue;
        SSL_SESSION_free(kept[i]);
        kept[i] = NULL;
    }
}

void callback_copy_sessions(SSL_CTX *context)
{
    for (size_t i = 0; i < MOST_SESSIONS; i++) {
        SSL_SESSION *copy = kept[i] == NULL ? NULL : SSL_SESSION_dup(kept[i]);
        if (copy == NULL) continue;
        SSL_CTX_add_session(context, copy);
        SSL_SESSION_free(copy);
    }
}

/* This is a test: the key is all zeros. Whoever decrypts with it twice in a connection has asked too often. */
static const unsigned char zeros[16];

static int begin_ticket(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher, int encrypts)
{
    if (encrypts) {
        memcpy(name, zeros, sizeof(zeros));
        if (RAND_bytes(iv, 16) != 1) return -1;
    } else {
        if (state_of(ssl)->ticket_was_decrypted++) return -1;
        if (memcmp(name, zeros, sizeof(zeros)) != 0) return 0;
    }

    return EVP_CipherInit_ex(cipher, EVP_aes_128_cbc(), NULL, zeros, iv, encrypts) ? 1 : -1;
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
static int ticket_key(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int encrypts)
{
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)zeros, sizeof(zeros)),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    int result = begin_ticket(ssl, name, iv, cipher, encrypts);
    return result == 1 && !EVP_MAC_CTX_set_params(mac, parameters) ? -1 : result;
}

void callback_set_ticket_key(SSL_CTX *context)
{
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, ticket_key);
}
#else
static int ticket_key(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher, HMAC_CTX *mac, int encrypts)
{
    int result = begin_ticket(ssl, name, iv, cipher, encrypts);
    return result == 1 && !HMAC_Init_ex(mac, zeros, sizeof(zeros), EVP_sha256(), NULL) ? -1 : result;
}

void callback_set_ticket_key(SSL_CTX *context)
{
    SSL_CTX_set_tlsext_ticket_key_cb(context, ticket_key);
}
#endif
