#include "checks.h"
#include "credentials.h"
#include "names.h"
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return 0;
}

static int check_alpn(struct state *state)
{
    const struct options *options = state->options;
    const char *wanted = options->server ? options->select_alpn : options->expect_alpn;
    const unsigned char *got;
    unsigned length;
    if (wanted == NULL) wanted = "";
    SSL_get0_alpn_selected(state->ssl, &got, &length);
    return (length == strlen(wanted) && memcmp(wanted, got, length) == 0) || fail("application protocol: got %.*s, wanted %s", (int)length, (const char *)got, wanted);
}

static int check_server_name(struct state *state)
{
    const char *wanted = state->options->expect_server_name;
    const char *got = SSL_get_servername(state->ssl, TLSEXT_NAMETYPE_host_name);
    if (wanted == NULL || (got != NULL && strcmp(got, wanted) == 0)) return 1;
    return fail("server name: got %s, wanted %s", got == NULL ? "(none)" : got, wanted);
}

static int check_early_data(struct state *state)
{
    const struct options *options = state->options;
    int status = SSL_get_early_data_status(state->ssl);
    if (options->expect_accept_early_data && status != SSL_EARLY_DATA_ACCEPTED) return fail("early data was not accepted");
    if (options->expect_reject_early_data && status == SSL_EARLY_DATA_ACCEPTED) return fail("early data was accepted");
    const char *reason = options->expect_early_data_reason;
    int wanted = reason != NULL && strcmp(reason, "accept") == 0;
    if (reason != NULL && wanted != (status == SSL_EARLY_DATA_ACCEPTED)) return fail("early data was%s accepted, and the expected reason is %s", wanted ? " not" : "", reason);
    if (options->expect_no_offer_early_data && state->sent_early) return fail("early data was offered");
    return 1;
}

static int check_ocsp(struct state *state)
{
    const struct bytes *wanted = &state->options->expect_ocsp_response;
    const unsigned char *got = NULL;

    /* No status comes where a session is resumed, and OpenSSL's sessions do not hold it. */
    if (wanted->length == 0 || SSL_session_reused(state->ssl)) return 1;
    long length = SSL_get_tlsext_status_ocsp_resp(state->ssl, &got);
    return (length >= 0 && (size_t)length == wanted->length && memcmp(got, wanted->data, wanted->length) == 0) || fail("OCSP response: got %ld bytes", length);
}

/* A server's list of what the client sent begins after the client's own certificate, and is not kept for those who resume (SSL_get_peer_cert_chain(3)). */
static int check_certificate_file(struct state *state, X509 *leaf)
{
    const char *path = state->options->expect_peer_cert_file;
    if (path == NULL) return 1;
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(state->ssl);
    int has_chain = chain != NULL && !SSL_session_reused(state->ssl);
    int at = state->options->server ? -1 : 0;
    FILE *file = fopen(path, "r");
    X509 *wanted = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
    int same = wanted != NULL && leaf != NULL && X509_cmp(wanted, leaf) == 0;
    for (; same && has_chain && wanted != NULL; at++) {
        same = at < 0 || (at < sk_X509_num(chain) && X509_cmp(wanted, sk_X509_value(chain, at)) == 0);
        X509_free(wanted);
        wanted = PEM_read_X509(file, NULL, NULL, NULL);
    }

    if (same && has_chain && at != sk_X509_num(chain)) same = 0;
    X509_free(wanted);
    if (file != NULL) fclose(file);
    return same || fail("the peer's certificates are not those of %s", path);
}

static int check_peer(struct state *state)
{
    const struct options *options = state->options;
    X509 *leaf = SSL_get_peer_certificate(state->ssl);
    int ok = check_certificate_file(state, leaf);
    if (ok && options->psk != NULL && leaf != NULL) ok = fail("a certificate came in spite of the pre-shared key");
    int has_shown = leaf != NULL || credentials_peer_is_raw(state->ssl);
    if (ok && options->psk == NULL && !has_shown && (!options->server || options->require_any_client_certificate)) ok = fail("no certificate came");
    X509_free(leaf);
    if (ok) ok = credentials_check_peer(state->ssl, options);

    /* None selected is nothing that OpenSSL could be asked for. */
    int wanted_own = options->expect_selected_credential + 1;
    int is_named = options->has_expected_credential && (wanted_own > 0 || options->credentials[0].cert_file != NULL);
    if (ok && is_named && credentials_selected(state->ssl, options) != &options->credentials[wanted_own]) ok = fail("another credential than %d was selected", wanted_own - 1);
    long wanted = options->verify_fail ? X509_V_ERR_APPLICATION_VERIFICATION : X509_V_OK;
    long got = SSL_get_verify_result(state->ssl);
    if (ok && options->expect_verify_result && got != wanted) ok = fail("verification: got %ld, wanted %ld", got, wanted);
    return ok;
}

/* Tickets of TLS 1.3 come after the handshake. A server is called back when it keeps a session for its identifier. */
static int check_cached(struct state *state)
{
    const struct options *options = state->options;
    int is_old_client = !options->server && SSL_version(state->ssl) < TLS1_3_VERSION;
    int is_full = !SSL_session_reused(state->ssl);
    if (is_old_client && state->session_was_cached != (is_full && !options->expect_no_session)) return fail("a session was%s kept", state->session_was_cached ? "" : " not");

    if (is_old_client && !is_full && (state->tickets > 0) != options->expect_ticket_renewal) return fail("the ticket was%s renewed", state->tickets > 0 ? "" : " not");

    /* With TLS 1.3 a server is called back for tickets, too. */
    if (state->is_resumption || SSL_version(state->ssl) >= TLS1_3_VERSION) return 1;
    if (options->expect_session_id && !state->session_was_cached) return fail("no session was kept for its identifier");
    if (options->expect_no_session_id && state->session_was_cached) return fail("a session was kept for its identifier");
    return 1;
}

static int check_negotiated(struct state *state)
{
    const struct options *options = state->options;
    SSL *ssl = state->ssl;
    if (options->expect_version != 0 && SSL_version(ssl) != options->expect_version) return fail("version: got %04x, wanted %04x", (unsigned)SSL_version(ssl), (unsigned)options->expect_version);
    int reused = state->is_resumption && !options->expect_session_miss;
    if (SSL_session_reused(ssl) != reused) return fail("the session was%s reused", reused ? " not" : "");
    if (options->expect_curve_id != 0 && !names_is_group(ssl, options->expect_curve_id)) return fail("another group than 0x%04x", (unsigned)options->expect_curve_id);

    /* Nobody signs where a session is resumed, and OpenSSL's sessions do not hold who did. */
    if (options->expect_peer_signature_algorithm != 0 && !SSL_session_reused(ssl) && !names_is_peer_signature(ssl, options->expect_peer_signature_algorithm)) {
        return fail("another signature algorithm than 0x%04x", (unsigned)options->expect_peer_signature_algorithm);
    }


    /* TLS 1.3 has always both. */
    int is_tls13 = SSL_version(ssl) >= TLS1_3_VERSION;
    if (options->expect_extended_master_secret && !is_tls13 && SSL_get_extms_support(ssl) != 1) return fail("no extended master secret");
    int renegotiation = is_tls13 || SSL_get_secure_renegotiation_support(ssl) != 0;
    if (options->expect_secure_renegotiation && !renegotiation) return fail("no secure renegotiation");
    if (options->expect_no_secure_renegotiation && renegotiation) return fail("secure renegotiation was negotiated");
    if (options->expect_hrr && state->client_hellos < 2) return fail("no HelloRetryRequest came");
    if (options->expect_no_hrr && state->client_hellos > 1) return fail("a HelloRetryRequest came");
    return 1;
}

int check_handshake(struct state *state)
{
    return check_negotiated(state) && check_cached(state) && check_server_name(state) && check_alpn(state)
        && check_early_data(state) && check_ocsp(state) && check_peer(state);
}

int check_session(struct state *state)
{
    const struct options *options = state->options;
    if (options->server || SSL_version(state->ssl) < TLS1_3_VERSION) return 1;
    int wanted = !options->expect_no_session && !options->shim_shuts_down;
    if (state->session_was_cached != wanted) return fail("a session was%s kept", wanted ? " not" : "");
    if (!wanted) return 1;
    int supports = SSL_SESSION_get_max_early_data(state->session) > 0;
    return supports == options->expect_ticket_supports_early_data || fail("the session does%s allow early data", supports ? "" : " not");
}

int check_end(struct state *state)
{
    const struct options *options = state->options;
    long renegotiations = SSL_total_renegotiations(state->ssl);
    if (renegotiations != options->expect_total_renegotiations) return fail("renegotiations: got %ld, wanted %d", renegotiations, options->expect_total_renegotiations);
    if (options->expect_msg_callback == NULL || strcmp(options->expect_msg_callback, state->log) == 0) return 1;
    return fail("messages: got\n%s\nwanted\n%s", state->log, options->expect_msg_callback);
}
