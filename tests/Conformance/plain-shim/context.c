#include "context.h"
#include "callbacks.h"
#include "credentials.h"
#include "names.h"
#include <openssl/err.h>
#include <string.h>

/* What BoringSSL has a name for, and OpenSSL has options for. */
struct policy {
    const char *ciphers;
    const char *suites;
    const char *groups;
    const char *signatures;
    int least_version;
};

/* NIST SP 800-52 as of 2022. */
static const struct policy fips_202205 = {
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
    "P-256:P-384",
    "RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA256:ECDSA+SHA384:rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512",
    TLS1_2_VERSION,
};

/* WPA 3.1, section 3.5: 192 bits. */
static const struct policy wpa_202304 = {
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_AES_256_GCM_SHA384",
    "P-384",
    "RSA+SHA384:RSA+SHA512:ECDSA+SHA384:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512",
    TLS1_2_VERSION,
};

/* NSA's Commercial National Security Algorithm Suites: the first with its own P-384 behind ML-KEM-1024, the second with TLS 1.3 alone. */
#define CNSA_CIPHERS "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
#define CNSA_SIGNATURES "RSA+SHA384:ECDSA+SHA384:rsa_pss_rsae_sha384"
static const struct policy cnsa1_202603 = {CNSA_CIPHERS, "TLS_AES_256_GCM_SHA384", "MLKEM1024:P-384", CNSA_SIGNATURES, TLS1_2_VERSION};
static const struct policy cnsa2_202603 = {CNSA_CIPHERS, "TLS_AES_256_GCM_SHA384", "MLKEM1024", CNSA_SIGNATURES, TLS1_3_VERSION};

static const struct policy *policy_of(const struct options *options)
{
    if (options->fips_202205) return &fips_202205;
    if (options->wpa_202304) return &wpa_202304;
    if (options->cnsa1_202603) return &cnsa1_202603;
    return options->cnsa2_202603 ? &cnsa2_202603 : NULL;
}

/* Before what is said in particular, which takes its place. */
static int set_policy(SSL_CTX *context, const struct options *options)
{
    const struct policy *policy = policy_of(options);
    if (policy == NULL) return 1;
    if (!SSL_CTX_set1_groups_list(context, policy->groups)) not_implemented("a group", policy->groups);
    return SSL_CTX_set_ciphersuites(context, policy->suites) && SSL_CTX_set1_sigalgs_list(context, policy->signatures) && SSL_CTX_set1_client_sigalgs_list(context, policy->signatures);
}

enum { MOST_EARLY_DATA = 14336, TICKET_KEYS_SIZE = 80 };

static int set_versions(SSL_CTX *context, const struct options *options)
{
    uint64_t off = (options->no_tls1 ? SSL_OP_NO_TLSv1 : 0) | (options->no_tls11 ? SSL_OP_NO_TLSv1_1 : 0)
        | (options->no_tls12 ? SSL_OP_NO_TLSv1_2 : 0) | (options->no_tls13 ? SSL_OP_NO_TLSv1_3 : 0);
    SSL_CTX_set_options(context, off);
    int lowest = options->min_version != 0 ? options->min_version : policy_of(options) == NULL ? TLS1_VERSION : policy_of(options)->least_version;

    /* What BoringSSL has of pre-shared keys ends with TLS 1.2. */
    int highest = options->max_version == 0 && options->psk != NULL ? TLS1_2_VERSION : options->max_version;
    return SSL_CTX_set_min_proto_version(context, lowest) && SSL_CTX_set_max_proto_version(context, highest);
}

static int set_ciphers(SSL_CTX *context, const struct options *options)
{
    char list[NAMES_SIZE];
    SSL_CTX_set_security_level(context, 0);
    if (options->cipher == NULL && policy_of(options) != NULL) return SSL_CTX_set_cipher_list(context, policy_of(options)->ciphers);
    if (options->cipher == NULL) return SSL_CTX_set_cipher_list(context, options->psk == NULL ? "DEFAULT" : "PSK:DEFAULT");
    names_of_ciphers(options->cipher, list);
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    return SSL_CTX_set_cipher_list(context, list);
}

/* SSL_CTX_set1_client_sigalgs_list(3): the one list is for what a server asks of clients, and for what a client signs with. */
static int set_signatures(SSL_CTX *context, const struct options *options)
{
    char list[NAMES_SIZE];
    const struct list *general = options->server ? credentials_signatures(options) : &options->verify_prefs;
    const struct list *of_clients = options->server ? &options->verify_prefs : credentials_signatures(options);
    names_of_signatures(general, list);
    if (general->count > 0 && !SSL_CTX_set1_sigalgs_list(context, list)) return 0;
    names_of_signatures(of_clients, list);
    return of_clients->count == 0 || SSL_CTX_set1_client_sigalgs_list(context, list);
}

static int set_groups(SSL_CTX *context, const struct options *options)
{
    char list[NAMES_SIZE];
    if (options->curves.count == 0) return 1;
    names_of_groups(&options->curves, list);

    /* This OpenSSL lacks one of them: 4.0 has no P-224, as it comes. */
    if (!SSL_CTX_set1_groups_list(context, list)) not_implemented("a group", list);
    return 1;
}

static void set_verification(SSL_CTX *context, const struct options *options)
{
    int mode = SSL_VERIFY_NONE;
    if (options->require_any_client_certificate) mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    else if (options->verify_peer || (!options->server && options->verify_fail && options->accepted_peer_cert_types.count > 0) || (options->use_custom_verify_callback && !options->server)) mode = SSL_VERIFY_PEER;
    SSL_CTX_set_verify(context, mode, NULL);
    SSL_CTX_set_cert_verify_callback(context, callback_verify, NULL);
}

static int set_sessions(SSL_CTX *context, const struct options *options, SSL_CTX *before)
{
    static const unsigned char name[] = "plain-shim";
    unsigned char keys[TICKET_KEYS_SIZE];

    /* A context's end spoils the sessions in its cache; a client's are offered again by hand. */
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_BOTH | (options->server ? 0 : SSL_SESS_CACHE_NO_INTERNAL));
    SSL_CTX_sess_set_new_cb(context, callback_new_session);
    SSL_CTX_sess_set_remove_cb(context, options->server ? callback_remove_session : NULL);
    if (options->no_ticket) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    if (options->server && options->enable_early_data) {
        /* BoringSSL leaves replays to its applications. */
        SSL_CTX_set_options(context, SSL_OP_NO_ANTI_REPLAY);
        if (!SSL_CTX_set_max_early_data(context, MOST_EARLY_DATA)) return 0;
    }

    if (!SSL_CTX_set_session_id_context(context, name, sizeof(name) - 1)) return 0;

    /* BoringSSL sends two, and none at all without tickets, where OpenSSL would send names of sessions. */
    if (!SSL_CTX_set_num_tickets(context, options->no_ticket ? 0 : 2)) return 0;
    if (before == NULL) return 1;
    if (!SSL_CTX_get_tlsext_ticket_keys(before, keys, sizeof(keys)) || !SSL_CTX_set_tlsext_ticket_keys(context, keys, sizeof(keys))) return 0;
    if (options->server) callback_copy_sessions(context);
    return 1;
}

static void set_callbacks(SSL_CTX *context, const struct options *options)
{
    SSL_CTX_set_msg_callback(context, callback_message);
    SSL_CTX_set_info_callback(context, callback_info);
    SSL_CTX_set_client_hello_cb(context, callback_hello, NULL);
    if (options->use_old_client_cert_callback) SSL_CTX_set_client_cert_cb(context, callback_client_certificate);
    else if (options->async || options->fail_cert_callback) SSL_CTX_set_cert_cb(context, callback_certificate, NULL);
    if ((options->select_alpn != NULL && options->select_alpn[0] != '\0') || options->decline_alpn || options->reject_alpn) SSL_CTX_set_alpn_select_cb(context, callback_alpn, NULL);
    if (options->expect_server_name != NULL) SSL_CTX_set_tlsext_servername_callback(context, callback_server_name);
    if (options->use_ticket_callback) callback_set_ticket_key(context);
    int staples = 0;
    for (int i = 0; i <= options->credentials_begun; i++) staples |= options->credentials[i].ocsp_response.length > 0;
    if (staples || options->fail_ocsp_callback) SSL_CTX_set_tlsext_status_cb(context, callback_status);
    if (options->psk == NULL) return;
    SSL_CTX_set_psk_client_callback(context, callback_client_psk);
    SSL_CTX_set_psk_server_callback(context, callback_server_psk);
}

SSL_CTX *context_make(const struct options *options, SSL_CTX *before)
{
    SSL_CTX *context = SSL_CTX_new(options->server ? TLS_server_method() : TLS_client_method());
    if (context == NULL) return NULL;
    if (options->no_legacy_server_connect) SSL_CTX_clear_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    else SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    if (!options->renegotiate_freely) SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    if (options->server_preference) SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (options->fallback_scsv) SSL_CTX_set_mode(context, SSL_MODE_SEND_FALLBACK_SCSV);
    if (options->max_cert_list > 0) SSL_CTX_set_max_cert_list(context, options->max_cert_list);
    SSL_CTX_set_quiet_shutdown(context, !options->check_close_notify);
    set_verification(context, options);
    set_callbacks(context, options);
    int ok = set_versions(context, options) && set_policy(context, options) && set_ciphers(context, options) && set_groups(context, options)
        && set_signatures(context, options) && set_sessions(context, options, before)
        && (options->max_send_fragment == 0 || SSL_CTX_set_max_send_fragment(context, options->max_send_fragment))
        && (options->psk_identity[0] == '\0' || SSL_CTX_use_psk_identity_hint(context, options->psk_identity));
    if (before != NULL) {
        /* Its sessions are those of the next one now. */
        SSL_CTX_sess_set_remove_cb(before, NULL);
        SSL_CTX_free(before);
    }

    if (ok) return context;
    SSL_CTX_free(context);
    return NULL;
}

static int set_client(struct state *state)
{
    const struct options *options = state->options;
    SSL_set_connect_state(state->ssl);
    if (options->host_name != NULL && !SSL_set_tlsext_host_name(state->ssl, options->host_name)) return 0;
    if (options->enable_ocsp_stapling && !SSL_set_tlsext_status_type(state->ssl, TLSEXT_STATUSTYPE_ocsp)) return 0;

    /* SSL_set_alpn_protos(3): 0 is its success. */
    const char *alpn = options->advertise_alpn;
    if (alpn != NULL && SSL_set_alpn_protos(state->ssl, (const unsigned char *)alpn, (unsigned)strlen(alpn)) != 0) return 0;
    return state->session == NULL || SSL_set_session(state->ssl, state->session);
}

int context_make_ssl(struct state *state, SSL_CTX *context)
{
    const struct options *options = state->options;
    state->ssl = SSL_new(context);
    if (state->ssl == NULL || !SSL_set_app_data(state->ssl, state)) return 0;

    /* All other certificates come with their callbacks. */
    if (!credentials_set_types(state->ssl, options)) return 0;
    int comes_later = options->use_early_callback || options->use_old_client_cert_callback || (options->async && credentials_count(options) <= 1);
    if (!comes_later && !credentials_install(state)) return 0;
    if (!options->server) return set_client(state);
    SSL_set_accept_state(state->ssl);
    return 1;
}
