/* Reads the runner's command line (ssl/test/test_config.cc of BoringSSL lists all flags there are). One that is missing here is not implemented. */
#include "options.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { SWITCH, NUMBER, TEXT, BASE64, LIST, NEW_CREDENTIAL, NEW_RAW_KEY, IGNORED_SWITCH, IGNORED_VALUE };

struct flag {
    const char *name;
    enum kind kind;
    size_t offset;

    /* Of the credential that the flags are about at that point, in place of the options. */
    int is_of_credential;

    /* Where to note that there is a value: 0 is none of the offsets. */
    size_t noted;
};

#define FLAG(name, kind, member) {name, kind, offsetof(struct options, member), 0, 0}
#define NOTED_FLAG(name, kind, member, note) {name, kind, offsetof(struct options, member), 0, offsetof(struct options, note)}
#define CREDENTIAL_FLAG(name, kind, member) {name, kind, offsetof(struct credential, member), 1, 0}
#define OTHER_FLAG(name, kind) {name, kind, 0, 0, 0}

static const struct flag flags[] = {
    FLAG("-port", NUMBER, port),
    FLAG("-shim-id", TEXT, shim_id),
    FLAG("-ipv6", SWITCH, ipv6),
    FLAG("-server", SWITCH, server),
    FLAG("-async", SWITCH, async),
    FLAG("-resume-count", NUMBER, resume_count),
    CREDENTIAL_FLAG("-cert-file", TEXT, cert_file),
    CREDENTIAL_FLAG("-key-file", TEXT, key_file),
    CREDENTIAL_FLAG("-signing-prefs", LIST, signing_prefs),
    OTHER_FLAG("-new-x509-credential", NEW_CREDENTIAL),
    OTHER_FLAG("-new-rpk-credential", NEW_RAW_KEY),
    FLAG("-available-client-cert-types", LIST, available_client_cert_types),
    FLAG("-accepted-peer-cert-types", LIST, accepted_peer_cert_types),

    /* What would be trusted is not looked at: every test says what its verification must come to. */
    OTHER_FLAG("-trust-cert", IGNORED_VALUE),
    FLAG("-verify-peer", SWITCH, verify_peer),
    FLAG("-verify-fail", SWITCH, verify_fail),
    FLAG("-use-custom-verify-callback", SWITCH, use_custom_verify_callback),
    FLAG("-reverify-on-resume", SWITCH, reverify_on_resume),
    FLAG("-require-any-client-certificate", SWITCH, require_any_client_certificate),
    FLAG("-use-old-client-cert-callback", SWITCH, use_old_client_cert_callback),
    FLAG("-fail-cert-callback", SWITCH, fail_cert_callback),
    FLAG("-max-cert-list", NUMBER, max_cert_list),
    FLAG("-host-name", TEXT, host_name),

    /* There is no other way to give a response than the callback. */
    CREDENTIAL_FLAG("-ocsp-response", BASE64, ocsp_response),
    OTHER_FLAG("-use-ocsp-callback", IGNORED_SWITCH),
    OTHER_FLAG("-set-ocsp-in-callback", IGNORED_SWITCH),
    FLAG("-decline-ocsp-callback", SWITCH, decline_ocsp_callback),
    FLAG("-fail-ocsp-callback", SWITCH, fail_ocsp_callback),
    FLAG("-enable-ocsp-stapling", SWITCH, enable_ocsp_stapling),

    FLAG("-min-version", NUMBER, min_version),
    FLAG("-max-version", NUMBER, max_version),
    FLAG("-no-tls1", SWITCH, no_tls1),
    FLAG("-no-tls11", SWITCH, no_tls11),
    FLAG("-no-tls12", SWITCH, no_tls12),
    FLAG("-no-tls13", SWITCH, no_tls13),
    FLAG("-cipher", TEXT, cipher),
    FLAG("-fips-202205", SWITCH, fips_202205),
    FLAG("-wpa-202304", SWITCH, wpa_202304),
    FLAG("-cnsa1-202603", SWITCH, cnsa1_202603),
    FLAG("-cnsa2-202603", SWITCH, cnsa2_202603),
    FLAG("-no-server-name-ack", SWITCH, no_server_name_ack),
    FLAG("-no-legacy-server-connect", SWITCH, no_legacy_server_connect),
    FLAG("-server-preference", SWITCH, server_preference),
    FLAG("-fallback-scsv", SWITCH, fallback_scsv),
    FLAG("-curves", LIST, curves),
    FLAG("-verify-prefs", LIST, verify_prefs),
    FLAG("-advertise-alpn", TEXT, advertise_alpn),
    FLAG("-expect-advertised-alpn", TEXT, expect_advertised_alpn),
    FLAG("-select-alpn", TEXT, select_alpn),
    FLAG("-decline-alpn", SWITCH, decline_alpn),
    FLAG("-reject-alpn", SWITCH, reject_alpn),
    FLAG("-psk", TEXT, psk),
    FLAG("-psk-identity", TEXT, psk_identity),
    FLAG("-no-ticket", SWITCH, no_ticket),
    FLAG("-use-ticket-callback", SWITCH, use_ticket_callback),
    FLAG("-enable-early-data", SWITCH, enable_early_data),
    FLAG("-renegotiate-freely", SWITCH, renegotiate_freely),
    FLAG("-use-early-callback", SWITCH, use_early_callback),
    FLAG("-fail-early-callback", SWITCH, fail_early_callback),
    FLAG("-install-ddos-callback", SWITCH, install_ddos_callback),
    FLAG("-fail-ddos-callback", SWITCH, fail_ddos_callback),

    FLAG("-implicit-handshake", SWITCH, implicit_handshake),
    FLAG("-handshake-twice", SWITCH, handshake_twice),
    FLAG("-no-op-extra-handshake", SWITCH, no_op_extra_handshake),
    FLAG("-shim-writes-first", SWITCH, shim_writes_first),
    FLAG("-shim-shuts-down", SWITCH, shim_shuts_down),
    FLAG("-check-close-notify", SWITCH, check_close_notify),
    FLAG("-read-with-unfinished-write", SWITCH, read_with_unfinished_write),
    FLAG("-write-different-record-sizes", SWITCH, write_different_record_sizes),
    FLAG("-read-size", NUMBER, read_size),
    FLAG("-max-send-fragment", NUMBER, max_send_fragment),
    FLAG("-key-update", SWITCH, key_update),
    FLAG("-export-keying-material", NUMBER, export_keying_material),
    FLAG("-export-label", TEXT, export_label),
    FLAG("-export-context", TEXT, export_context),
    FLAG("-use-export-context", SWITCH, use_export_context),
    FLAG("-use-exporter-between-reads", SWITCH, use_exporter_between_reads),
    FLAG("-tls-unique", SWITCH, tls_unique),

    FLAG("-expect-version", NUMBER, expect_version),
    FLAG("-expect-server-name", TEXT, expect_server_name),
    FLAG("-expect-alpn", TEXT, expect_alpn),
    FLAG("-expect-curve-id", NUMBER, expect_curve_id),
    FLAG("-expect-peer-signature-algorithm", NUMBER, expect_peer_signature_algorithm),
    FLAG("-expect-ocsp-response", BASE64, expect_ocsp_response),
    FLAG("-expect-peer-cert-file", TEXT, expect_peer_cert_file),
    NOTED_FLAG("-expect-peer-certificate-type", NUMBER, expect_peer_certificate_type, has_expected_type),
    FLAG("-expect-peer-rpk-sha256", BASE64, expect_peer_rpk_sha256),
    NOTED_FLAG("-expect-selected-credential", NUMBER, expect_selected_credential, has_expected_credential),
    FLAG("-expect-session-miss", SWITCH, expect_session_miss),
    FLAG("-expect-ticket-renewal", SWITCH, expect_ticket_renewal),
    FLAG("-expect-no-session", SWITCH, expect_no_session),
    FLAG("-expect-session-id", SWITCH, expect_session_id),
    FLAG("-expect-no-session-id", SWITCH, expect_no_session_id),
    FLAG("-expect-ticket-supports-early-data", SWITCH, expect_ticket_supports_early_data),
    FLAG("-expect-accept-early-data", SWITCH, expect_accept_early_data),
    FLAG("-expect-reject-early-data", SWITCH, expect_reject_early_data),
    FLAG("-expect-no-offer-early-data", SWITCH, expect_no_offer_early_data),
    FLAG("-expect-early-data-reason", TEXT, expect_early_data_reason),
    FLAG("-expect-extended-master-secret", SWITCH, expect_extended_master_secret),
    FLAG("-expect-secure-renegotiation", SWITCH, expect_secure_renegotiation),
    FLAG("-expect-no-secure-renegotiation", SWITCH, expect_no_secure_renegotiation),
    FLAG("-expect-verify-result", SWITCH, expect_verify_result),
    FLAG("-expect-hrr", SWITCH, expect_hrr),
    FLAG("-expect-no-hrr", SWITCH, expect_no_hrr),
    FLAG("-expect-msg-callback", TEXT, expect_msg_callback),
    FLAG("-expect-total-renegotiations", NUMBER, expect_total_renegotiations),
    FLAG("-handshake-never-done", SWITCH, handshake_never_done),

    /* About BoringSSL's handshakes in two processes, which are not asked for here. */
    OTHER_FLAG("-allow-hint-mismatch", IGNORED_SWITCH),

    /* QUIC is not spoken here; the other tests have it as a flag too many. */
    OTHER_FLAG("-quic-use-legacy-codepoint", IGNORED_VALUE),
};

_Noreturn void not_implemented(const char *what, const char *which)
{
    fprintf(stderr, "%s is not implemented: %s\n", what, which);
    exit(NOT_IMPLEMENTED);
}

static _Noreturn void bad_value(const char *flag, const char *value)
{
    fprintf(stderr, "%s has a value that is none: %s\n", flag, value);
    exit(FAILED);
}

static int number(const char *flag, const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0') bad_value(flag, text);
    return (int)value;
}

static struct bytes base64(const char *flag, const char *text)
{
    struct bytes bytes;
    size_t length = strlen(text);
    bytes.data = malloc(length + 1);
    int decoded = bytes.data == NULL ? -1 : EVP_DecodeBlock(bytes.data, (const unsigned char *)text, (int)length);
    if (decoded < 0) bad_value(flag, text);
    bytes.length = (size_t)decoded;

    /* What pads the text is counted as zeros (EVP_DecodeBlock(3)). */
    for (size_t i = length; i > 0 && text[i - 1] == '='; i--) bytes.length--;
    return bytes;
}

static void apply(struct options *options, const struct flag *flag, const char *value)
{
    void *owner = flag->is_of_credential ? (void *)&options->credentials[options->credentials_begun] : (void *)options;
    void *member = (char *)owner + flag->offset;
    if (flag->noted != 0) *(int *)((char *)options + flag->noted) = 1;
    switch (flag->kind) {
    case SWITCH:
        *(int *)member = 1;
        break;
    case NUMBER:
        *(int *)member = number(flag->name, value);
        break;
    case TEXT:
        *(const char **)member = value;
        break;
    case BASE64:
        *(struct bytes *)member = base64(flag->name, value);
        break;
    case LIST: {
        struct list *list = member;
        if (list->count == MAX_LIST) bad_value(flag->name, "too many");
        list->values[list->count++] = number(flag->name, value);
        break;
    }
    case NEW_CREDENTIAL:
    case NEW_RAW_KEY:
        if (++options->credentials_begun == MAX_CREDENTIALS) bad_value(flag->name, "too many");
        options->credentials[options->credentials_begun].is_raw_key = flag->kind == NEW_RAW_KEY;
        break;
    case IGNORED_SWITCH:
    case IGNORED_VALUE:
        break;
    }
}

static const struct flag *find(const char *name)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (strcmp(flags[i].name, name) == 0) return &flags[i];
    }

    not_implemented("flag", name);
}

/* Takes "-prefix" off "-prefix-name", and leaves "-name". */
static int strip(const char **name, const char *prefix)
{
    size_t length = strlen(prefix);
    if (strncmp(*name, prefix, length) != 0 || (*name)[length] != '-') return 0;
    *name += length;
    return 1;
}

static int takes_value(const struct flag *flag)
{
    return flag->kind != SWITCH && flag->kind != NEW_CREDENTIAL && flag->kind != NEW_RAW_KEY && flag->kind != IGNORED_SWITCH;
}

static void set_defaults(struct options *options)
{
    options->read_size = 512;
    options->psk_identity = "";
    options->export_label = "";
    options->export_context = "";
}

void options_parse(struct all_options *all, int argc, char **argv)
{
    memset(all, 0, sizeof(*all));
    set_defaults(&all->initial);
    set_defaults(&all->resume);
    set_defaults(&all->retry);
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        strip(&name, "-on-shim");
        int is_for_handshaker = strip(&name, "-on-handshaker");
        int is_initial = strip(&name, "-on-initial");
        int is_resume = !is_initial && strip(&name, "-on-resume");
        int is_retry = !is_initial && !is_resume && strip(&name, "-on-retry");
        int is_for_all = !is_initial && !is_resume && !is_retry;
        const struct flag *flag = find(name);
        const char *value = NULL;
        if (takes_value(flag)) {
            if (++i == argc) bad_value(name, "(nothing)");
            value = argv[i];
        }

        if (is_for_handshaker) continue;
        if (is_initial || is_for_all) apply(&all->initial, flag, value);
        if (is_resume || is_for_all) apply(&all->resume, flag, value);
        if (is_retry || is_for_all) apply(&all->retry, flag, value);
    }
}
