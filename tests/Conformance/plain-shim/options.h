/* What the runner wants of one connection: its flags, named like them. */
#ifndef PLAIN_SHIM_OPTIONS_H
#define PLAIN_SHIM_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum { PASSED = 0, FAILED = 1, NOT_IMPLEMENTED = 89 };

enum { MAX_LIST = 32, MAX_CREDENTIALS = 8 };

struct bytes {
    unsigned char *data;
    size_t length;
};

struct list {
    int values[MAX_LIST];
    int count;
};

/* What the shim may show of itself: a certificate, or a key alone. */
struct credential {
    const char *cert_file;
    const char *key_file;
    struct bytes ocsp_response;
    struct list signing_prefs;
    int is_raw_key;
};

struct options {
    /* The connection. */
    int port;
    const char *shim_id;
    int ipv6;
    int server;
    int async;
    int resume_count;

    /* Identity and trust. */
    struct credential credentials[MAX_CREDENTIALS];
    int credentials_begun;
    struct list available_client_cert_types;
    struct list accepted_peer_cert_types;
    int verify_peer;
    int verify_fail;
    int use_custom_verify_callback;
    int reverify_on_resume;
    int require_any_client_certificate;
    int use_old_client_cert_callback;
    int fail_cert_callback;
    int max_cert_list;
    const char *host_name;
    int decline_ocsp_callback;
    int fail_ocsp_callback;
    int enable_ocsp_stapling;

    /* What may be negotiated. */
    int min_version;
    int max_version;
    int no_tls1;
    int no_tls11;
    int no_tls12;
    int no_tls13;
    const char *cipher;
    int fips_202205;
    int wpa_202304;
    int cnsa1_202603;
    int cnsa2_202603;
    int no_legacy_server_connect;
    int no_server_name_ack;
    int server_preference;
    int fallback_scsv;
    struct list curves;
    struct list verify_prefs;
    const char *advertise_alpn;
    const char *expect_advertised_alpn;
    const char *select_alpn;
    int decline_alpn;
    int reject_alpn;
    const char *psk;
    const char *psk_identity;
    int no_ticket;
    int use_ticket_callback;
    int enable_early_data;
    int renegotiate_freely;
    int use_early_callback;
    int fail_early_callback;
    int install_ddos_callback;
    int fail_ddos_callback;

    /* What is done. */
    int implicit_handshake;
    int handshake_twice;
    int no_op_extra_handshake;
    int shim_writes_first;
    int shim_shuts_down;
    int check_close_notify;
    int read_with_unfinished_write;
    int write_different_record_sizes;
    int read_size;
    int max_send_fragment;
    int key_update;
    int export_keying_material;
    const char *export_label;
    const char *export_context;
    int use_export_context;
    int use_exporter_between_reads;
    int tls_unique;

    /* What must come of it. */
    int expect_version;
    const char *expect_server_name;
    const char *expect_alpn;
    int expect_curve_id;
    int expect_peer_signature_algorithm;
    struct bytes expect_ocsp_response;
    const char *expect_peer_cert_file;
    int has_expected_type;
    int expect_peer_certificate_type;
    struct bytes expect_peer_rpk_sha256;
    int has_expected_credential;
    int expect_selected_credential;
    int expect_session_miss;
    int expect_ticket_renewal;
    int expect_no_session;
    int expect_session_id;
    int expect_no_session_id;
    int expect_ticket_supports_early_data;
    int expect_accept_early_data;
    int expect_reject_early_data;
    int expect_no_offer_early_data;
    const char *expect_early_data_reason;
    int expect_extended_master_secret;
    int expect_secure_renegotiation;
    int expect_no_secure_renegotiation;
    int expect_verify_result;
    int expect_hrr;
    int expect_no_hrr;
    const char *expect_msg_callback;
    int expect_total_renegotiations;
    int handshake_never_done;
};

/* For the first connection, for those after it, and for one that goes on without its early data. */
struct all_options {
    struct options initial;
    struct options resume;
    struct options retry;
};

void options_parse(struct all_options *all, int argc, char **argv);

/* Ends the process: the runner skips the test. */
_Noreturn void not_implemented(const char *what, const char *which);

#endif
