/*
 * opensslnb.h - non-blocking TLS over the OpenSSL that is installed.
 *
 * SPDX-License-Identifier: MIT
 *
 * Two levels, on the same contexts:
 *
 *   1. onb_machine_*: TLS without I/O, for programs that have a loop of their own. Feed what came from the peer, send
 *      what the machine has for it, and step the operations in between.
 *   2. onb_loop_*, onb_connect, onb_listen, onb_send: connections on a loop, with callbacks. The loop has a thread of
 *      its own (onb_loop_new), or is driven by the program's loop or thread (onb_loop_new_driven).
 *
 * HANDLES. Every object is a pointer to an incomplete type that only this library can make. It is a number in
 * disguise and never dereferenced: NULL, a handle that was freed, one of another kind and any other value give
 * ONB_E_BAD_HANDLE (NULL: ONB_E_INVALID_ARGUMENT), and never anything worse. Memory that is passed by pointer and
 * length must be there, as everywhere in C.
 *
 * OWNERSHIP. What an onb_*_new function gives, the caller frees with the onb_*_free of the same name, which takes
 * NULL too and does nothing then. Whoever uses an object (a configuration its certificate, a connection its context)
 * keeps what it needs: the caller may free its handle at once and in any order. Connections and timers are not freed:
 * their handles end by themselves, as their functions say. Input is copied unless a function says otherwise. The text
 * and memory that a callback is given is valid until it returns, unless it says otherwise.
 *
 * ERRORS. Functions return onb_result: ONB_OK is 0, what is worth waiting for is positive (ONB_WANT_READ, ONB_FULL
 * ...), failures are negative. Then nothing has happened, unless a function says otherwise, output parameters are
 * unchanged, and onb_error_message() tells in words, on the same thread, what was wrong.
 *
 * THREADS. Each function says where it may be called: on "any thread", or on "the loop's thread", which is the thread
 * that callbacks come on: that of onb_loop_new's loop, or the one that made a driven loop. Elsewhere it gives
 * ONB_E_WRONG_THREAD. Builders (onb_config, onb_trust) may be used on any thread, one call at a time. Callbacks must
 * not block: everything on the same loop waits for them. They must not longjmp or throw C++ exceptions out of
 * themselves. pthread_exit(3) and pthread_cancel(3) end the thread in them as elsewhere, and with it what its loop does:
 * one of onb_loop_new can still be freed, and a driven one, which was that thread's, cannot.
 *
 * UNITS. Times are milliseconds, sizes are bytes. In structs of options 0 stands for the default, and ONB_INFINITE
 * for no limit of time.
 *
 * TEXT is UTF-8 and ends with a zero byte. Names on the wire are ASCII.
 *
 * STRUCTS begin with their size, which says what the program was compiled with: initialise them with the ONB_..._INIT
 * macro of the same name, or set every byte to 0 and then size to sizeof. Later versions only append members.
 *
 * THE PROCESS. Dispositions of signals and the signal mask stay as they are, of all signals. No SIGPIPE is raised.
 * The error queue of OpenSSL (ERR_get_error(3)) on the caller's threads is left as it was; what callbacks leave in it
 * is dropped. OpenSSL is found at the first use of the library: one that the process has loaded already, or the
 * newest installed one. No environment is needed, and DOTNET_... variables have no effect on the library;
 * OPENSSLNB_OPENSSL_DIR may name a folder with another libssl and libcrypto, which set-user-ID programs and their like
 * (AT_SECURE) do not look at. One thread is started at the first use, and by the first onb_connect some more, named
 * .NET ..., that look up names; all of them stay. 16 GB of address space are reserved, of which little is used; less
 * where the limit (ulimit -v) leaves less. Where it does not suffice for a beginning, or no thread can be started, the
 * first call gives ONB_E_NO_MEMORY.
 *
 * UNLOADING. dlclose(3) does not unload the library: its threads live as long as the process. A program may end without
 * freeing anything.
 *
 * FORK. After fork(2) the child must not use the library, not even to free: every function gives ONB_E_FORKED there,
 * at once, and onb_error_message a fixed text. It may exec, or leave by _exit or exit. A process that has not yet
 * called the library may fork and use it on both sides.
 */
#ifndef OPENSSLNB_H
#define OPENSSLNB_H

#include <stddef.h>
#include <stdint.h>

#define ONB_VERSION_MAJOR 0
#define ONB_VERSION_MINOR 1
#define ONB_VERSION_PATCH 0

/* 0xMMmmpp of the header; compare with onb_version(), which tells the library's. */
#define ONB_VERSION ((ONB_VERSION_MAJOR << 16) | (ONB_VERSION_MINOR << 8) | ONB_VERSION_PATCH)

#if defined(__GNUC__)
#define ONB_API extern __attribute__((visibility("default")))
#define ONB_MUST_CHECK __attribute__((warn_unused_result))
#else
#define ONB_API extern
#define ONB_MUST_CHECK
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---------------------------------------------------------------- results and errors */

/* How a function ended. */
typedef enum onb_result {
    ONB_OK = 0,

    /* Positive: not yet, or no more. Nothing is wrong. */
    ONB_WANT_READ = 1,         /* a machine needs bytes of the peer: onb_machine_feed, then call again */
    ONB_WANT_WRITE = 2,        /* its output must go first: onb_machine_output, onb_machine_skip_output, then again */
    ONB_WANT_CLIENT_HELLO = 3, /* waits for onb_answer_context */
    ONB_WANT_CERTIFICATE = 4,  /* waits for onb_answer_certificate */
    ONB_WANT_VERIFY = 5,       /* waits for onb_answer_verify */
    ONB_WANT_ASYNC = 6,        /* waits for a worker thread or a session store */
    ONB_END = 7,               /* the peer has sent close_notify: there is no more data, and there never will be */
    ONB_FULL = 8,              /* no room in the queue: nothing was taken. on_low_water tells when to try again */

    /* Negative: failures. */
    ONB_E_INVALID_ARGUMENT = -1, /* NULL where there must be something, out of range, or options that exclude each other */
    ONB_E_BAD_HANDLE = -2,       /* freed already, ended, of another kind, or never a handle */
    ONB_E_WRONG_THREAD = -3,     /* not on the loop's thread, or another thread is inside this object now */
    ONB_E_REENTRANT = -4,        /* from inside a callback of the same loop or machine, where this cannot be */
    ONB_E_BAD_STATE = -5,        /* not now: before the handshake, after the end, or with another version of TLS */
    ONB_E_FORKED = -6,           /* in the child of a fork: the library is the parent's */
    ONB_E_NO_MEMORY = -7,        /* no memory, or no more handles; the first call: no address space or thread to start with */
    ONB_E_OPENSSL = -8,          /* OpenSSL has refused: onb_error_openssl tells its error queue */
    ONB_E_NO_OPENSSL = -9,       /* no usable OpenSSL was found: 1.1.1, 3.x or 4.x */
    ONB_E_IO = -10,              /* a file, a socket or another system call failed */
    ONB_E_SEND_CLOSED = -11,     /* our direction is closed, or the connection has ended: nothing can be sent any more */
    ONB_E_LOST = -12,            /* a machine's connection has failed for good: onb_machine_outcome tells why */
    ONB_E_BUFFER_TOO_SMALL = -13,/* the length parameter now says how many bytes it takes */
    ONB_E_NOT_SUPPORTED = -14,   /* not with this OpenSSL, this kernel, or this kind of object */
    ONB_E_FORMAT = -15,          /* bytes that are not what they should be: saved sessions */
    ONB_E_INTERNAL = -16         /* a defect of this library; please report it with onb_error_message */
} onb_result;

/* An entry of OpenSSL's error queue. */
typedef struct onb_openssl_error {
    uint64_t code;       /* as OpenSSL packs it (ERR_get_error(3)); differs between its generations */
    int library;         /* ERR_GET_LIB */
    int reason;          /* ERR_GET_REASON */
    const char *library_text;
    const char *reason_text;
    const char *file;    /* source file of OpenSSL, perhaps "" */
    int line;
    const char *data;    /* what OpenSSL adds, such as the name of a file, perhaps "" */
} onb_openssl_error;

/* The name of a result, such as "ONB_E_BAD_HANDLE"; "unknown" for others. Static. Any thread. */
ONB_API const char *onb_result_name(int result);

/* The last failure on this thread in words; "" when there was none. Valid until the next failure on this thread.
 * Functions that succeed leave it as it is. In the child of a fork always the same static text. */
ONB_API const char *onb_error_message(void);

/* The result of the last failure on this thread; ONB_OK when there was none. */
ONB_API onb_result onb_error_code(void);

/* OpenSSL's error queue of the last failure on this thread, oldest entry, which is usually the cause, first.
 * Returns how many there are, and the address of the first in *errors (NULL if none), valid as onb_error_message. */
ONB_API size_t onb_error_openssl(const onb_openssl_error **errors);

/* Forgets the last failure on this thread and frees what it holds. */
ONB_API void onb_error_clear(void);

/* ---------------------------------------------------------------- the library */

/* Version of the library, 0xMMmmpp. Programs need the same major version as their header's, and the same minor
 * version or a later one. Any thread. */
ONB_API uint32_t onb_version(void);

/* The same as text, such as "0.1.0". Static. Any thread. */
ONB_API const char *onb_version_text(void);

/* Version of the OpenSSL in use, in its own words; loads it when it is not loaded yet. NULL when there is none:
 * onb_error_message. Static. Any thread. */
ONB_API const char *onb_openssl_version(void);

/* Has the library look for libssl and libcrypto in this folder first. Before anything else of OpenSSL is used:
 * ONB_E_BAD_STATE afterwards. Any thread. */
ONB_API onb_result onb_library_set_openssl_directory(const char *directory);

/* Has OpenSSL read this configuration file (config(5)) in place of the system's; NULL: none at all. Before
 * anything else of OpenSSL is used: ONB_E_BAD_STATE afterwards. No effect where the program itself has initialised
 * OpenSSL. Any thread. */
ONB_API onb_result onb_library_set_configuration(const char *path);

/* ---------------------------------------------------------------- handles */

typedef struct onb_certificate onb_certificate;     /* a certificate, the chain behind it, and its private key */
typedef struct onb_trust onb_trust;                 /* authorities, revocation lists, and what is checked */
typedef struct onb_ticket_keys onb_ticket_keys;     /* keys that session tickets are made with */
typedef struct onb_session_store onb_session_store; /* where servers keep sessions */
typedef struct onb_workers onb_workers;             /* threads for slow private keys */
typedef struct onb_config onb_config;               /* options of a context to be */
typedef struct onb_context onb_context;             /* an SSL_CTX: immutable, for any number of connections */
typedef struct onb_question onb_question;           /* something that a handshake waits for */
typedef struct onb_machine onb_machine;             /* TLS without I/O */
typedef struct onb_loop onb_loop;                   /* waits for readiness and gives connections their turns */
typedef struct onb_timer onb_timer;                 /* a deadline on a loop */
typedef struct onb_limit onb_limit;                 /* a number of connections that listeners share */
typedef struct onb_listener onb_listener;           /* accepts connections on a loop */
typedef struct onb_conn onb_conn;                   /* a TLS connection on a loop */

/* Memory of somebody else. */
typedef struct onb_bytes {
    const void *data;
    size_t length;
} onb_bytes;

/* No limit, where a time is asked for. */
#define ONB_INFINITE (-1)

/* ---------------------------------------------------------------- certificates (any thread) */

/* Reads PEM: certificate_file holds the certificate and the chain behind it, key_file the private key (NULL: the same
 * file). password may be NULL. */
ONB_API onb_result onb_certificate_from_pem_files(const char *certificate_file, const char *key_file,
    const char *password, onb_certificate **certificate) ONB_MUST_CHECK;

/* The same from files in whatever format they are in: PEM, DER or PKCS#12. key_file may be NULL if the first has the
 * key. */
ONB_API onb_result onb_certificate_from_files(const char *certificate_file, const char *key_file,
    const char *password, onb_certificate **certificate) ONB_MUST_CHECK;

/* PEM from memory. key may be NULL: it is in the first part then. */
ONB_API onb_result onb_certificate_from_pem(const void *pem, size_t pem_length, const void *key, size_t key_length,
    const char *password, onb_certificate **certificate) ONB_MUST_CHECK;

/* From DER: the certificate, its key (PKCS#8 or the traditional forms; password may be NULL), and the rest of the
 * chain. */
ONB_API onb_result onb_certificate_from_der(const void *der, size_t der_length, const void *key, size_t key_length,
    const char *password, const onb_bytes *chain, size_t chain_count, onb_certificate **certificate) ONB_MUST_CHECK;

/* From PKCS#12 (.p12, .pfx). password may be NULL. */
ONB_API onb_result onb_certificate_from_pkcs12(const void *data, size_t length, const char *password,
    onb_certificate **certificate) ONB_MUST_CHECK;
ONB_API onb_result onb_certificate_from_pkcs12_file(const char *path, const char *password,
    onb_certificate **certificate) ONB_MUST_CHECK;

/* From OpenSSL's stores (OSSL_STORE_open(3), OpenSSL 3.0): URIs such as pkcs11: or file:. password, or a token's
 * PIN, may be NULL. */
ONB_API onb_result onb_certificate_from_uri(const char *certificate_uri, const char *key_uri, const char *password,
    onb_certificate **certificate) ONB_MUST_CHECK;

/* Makes a P-256 key and a certificate that it signs itself, for tests and demonstrations. names are DNS names or IP
 * addresses, at least one. */
ONB_API onb_result onb_certificate_self_signed(const char *const *names, size_t count, int64_t lifetime_seconds,
    onb_certificate **certificate) ONB_MUST_CHECK;

/* The chain, our certificate first, as PEM; not terminated by a zero. *length is the room in buffer, and then how
 * many bytes there are: with ONB_E_BUFFER_TOO_SMALL, how many it takes. */
ONB_API onb_result onb_certificate_pem(onb_certificate *certificate, void *buffer, size_t *length);

/* The private key as PEM (PKCS#8), not encrypted: a secret. As onb_certificate_pem. */
ONB_API onb_result onb_certificate_key_pem(onb_certificate *certificate, void *buffer, size_t *length);

/* The pin of the public key for onb_config_add_pin, "sha256//" and Base64, as text. *length counts the zero at the
 * end. */
ONB_API onb_result onb_certificate_pin(onb_certificate *certificate, char *buffer, size_t *length);

/* OCSP stapling (RFC 6066 s. 8). The response (DER) is checked and then sent to clients that ask for one, by
 * connections that begin later; length 0 takes it away. issuer (DER) is needed where the chain does not hold it,
 * else NULL. */
ONB_API onb_result onb_certificate_set_ocsp_response(onb_certificate *certificate, const void *response,
    size_t length, const void *issuer, size_t issuer_length);

/* The request (DER) to POST to the responder, as application/ocsp-request (RFC 6960 appendix A.1). As
 * onb_certificate_pem. */
ONB_API onb_result onb_certificate_ocsp_request(onb_certificate *certificate, const void *issuer,
    size_t issuer_length, void *buffer, size_t *length);

/* The responder's URL that the certificate names, as text; ONB_E_BAD_STATE if it names none. As onb_certificate_pin. */
ONB_API onb_result onb_certificate_ocsp_responder(onb_certificate *certificate, char *buffer, size_t *length);

/* Frees the handle; contexts and configurations that use the certificate keep it. */
ONB_API onb_result onb_certificate_free(onb_certificate *certificate);

/* ---------------------------------------------------------------- trust (a builder) */

/* Trusts nobody yet. */
ONB_API onb_result onb_trust_new(onb_trust **trust) ONB_MUST_CHECK;

/* Adds the system's authorities, where OpenSSL looks for them. */
ONB_API onb_result onb_trust_add_system(onb_trust *trust);

/* Adds the certificates of a PEM file, or of PEM in memory. */
ONB_API onb_result onb_trust_add_pem_file(onb_trust *trust, const char *path);
ONB_API onb_result onb_trust_add_pem(onb_trust *trust, const void *pem, size_t length);

/* Adds a folder of files that are named by hash (openssl rehash). */
ONB_API onb_result onb_trust_add_directory(onb_trust *trust, const char *path);

/* Refuses what these lists (PEM) revoke, and certificates for whose issuer there is no list; whole_chain: every
 * certificate of the chain, not only the peer's own. Nothing is fetched. Needs authorities that were added before. */
ONB_API onb_result onb_trust_add_crl(onb_trust *trust, const void *pem, size_t length, int whole_chain);
ONB_API onb_result onb_trust_add_crl_file(onb_trust *trust, const char *path, int whole_chain);

/* A chain may end at any certificate that is trusted, self-signed or not (X509_V_FLAG_PARTIAL_CHAIN). Needs
 * authorities that were added before. */
ONB_API onb_result onb_trust_allow_partial_chains(onb_trust *trust);

/* Frees the builder; configurations and contexts keep what it was when it was given to them. */
ONB_API onb_result onb_trust_free(onb_trust *trust);

/* ---------------------------------------------------------------- keys of session tickets (any thread) */

/* Bytes of a ticket key: 16 of name, 32 of the HMAC's key, 32 of the cipher's, as in nginx's key files. */
#define ONB_TICKET_KEY_SIZE 80

/* Random keys of this process, changed every period_ms, and good for reading for overlap_ms more. 0: 8 hours, and
 * as long as the period. */
ONB_API onb_result onb_ticket_keys_new_random(int64_t period_ms, int64_t overlap_ms,
    onb_ticket_keys **keys) ONB_MUST_CHECK;

/* From a file of 1 to 16 keys, looked at again every look_every_ms (0: 10 s). Only its owner may have access to it. */
ONB_API onb_result onb_ticket_keys_new_file(const char *path, int64_t look_every_ms,
    onb_ticket_keys **keys) ONB_MUST_CHECK;

/* The caller's own: count times ONB_TICKET_KEY_SIZE bytes, the first makes tickets and all of them read tickets. */
ONB_API onb_result onb_ticket_keys_new(const void *bytes, size_t count, onb_ticket_keys **keys) ONB_MUST_CHECK;

/* Replaces the keys of onb_ticket_keys_new, at once for every context that uses them. ONB_E_NOT_SUPPORTED for the
 * others. */
ONB_API onb_result onb_ticket_keys_set(onb_ticket_keys *keys, const void *bytes, size_t count);

/* Frees the handle; contexts that use the keys keep them, and they are still changed or looked at again. */
ONB_API onb_result onb_ticket_keys_free(onb_ticket_keys *keys);

/* ---------------------------------------------------------------- where servers keep sessions (any thread) */

/* The caller's own store. Called on the threads of handshakes, several at a time. Whoever can read what is stored can
 * resume and decrypt the sessions. */
typedef struct onb_session_callbacks {
    size_t size;

    /* Looks for a session: answer with onb_answer_session, now or later, once. */
    void (*find)(onb_question *question, const void *id, size_t id_length, void *user);

    /* Keeps a session for lifetime_ms. */
    void (*add)(const void *id, size_t id_length, const void *session, size_t session_length, int64_t lifetime_ms, void *user);

    /* Forgets one, which perhaps is not there. */
    void (*remove)(const void *id, size_t id_length, void *user);
    void *user;
} onb_session_callbacks;

#define ONB_SESSION_CALLBACKS_INIT { sizeof(onb_session_callbacks), NULL, NULL, NULL, NULL }

/* In memory, for the contexts of this process: at most capacity sessions, the oldest forgotten first. */
ONB_API onb_result onb_session_store_new_memory(size_t capacity, onb_session_store **store) ONB_MUST_CHECK;

/* By callbacks, all of which must be given. They come until the last context with it is freed and its connections
 * have ended. */
ONB_API onb_result onb_session_store_new(const onb_session_callbacks *callbacks,
    onb_session_store **store) ONB_MUST_CHECK;

/* Frees the handle; contexts that use the store keep it, and its callbacks go on. */
ONB_API onb_result onb_session_store_free(onb_session_store *store);

/* ---------------------------------------------------------------- threads for slow keys (any thread) */

/* Starts count threads for the steps of handshakes (onb_config_set_workers): for keys in hardware, or very large
 * ones. */
ONB_API onb_result onb_workers_new(int count, onb_workers **workers) ONB_MUST_CHECK;

/* Ends them when they have done what was queued, and waits for that. Handshakes that need one afterwards fail. From
 * a callback of a handshake, on a thread of the workers too: ONB_E_REENTRANT. */
ONB_API onb_result onb_workers_free(onb_workers *workers);

/* ---------------------------------------------------------------- configuration (a builder)
 *
 * WHAT IS CHECKED WHEN. At once (ONB_E_INVALID_ARGUMENT): NULL and UTF-8, values of enums, the security level, numbers
 * of sessions and tickets, which must not be negative, and identity and key of a pre-shared key. By onb_context_new:
 * everything else, such as the lists for OpenSSL and its commands, properties, application protocols, pins, names of
 * certificates, lengths of fragments and early data, the order of the versions, and what excludes each other. A
 * client's option on a server's configuration is ONB_E_NOT_SUPPORTED, and the other way round. */

/* Versions; the values are the wire's, as in OpenSSL's TLS1_2_VERSION. */
typedef enum onb_protocol {
    ONB_TLS_DEFAULT = 0, /* the library's newest, or what its configuration file says */
    ONB_TLS1_2 = 0x0303,
    ONB_TLS1_3 = 0x0304
} onb_protocol;

/* A client's: chain and name of the server are verified, by the system's authorities unless told otherwise. */
ONB_API onb_result onb_config_new_client(onb_config **config) ONB_MUST_CHECK;

/* A server's; needs a certificate or pre-shared keys. */
ONB_API onb_result onb_config_new_server(onb_config **config) ONB_MUST_CHECK;

/* Frees the configuration; contexts that were made of it do not need it. */
ONB_API onb_result onb_config_free(onb_config *config);

/* Versions that are accepted; TLS 1.2 and the newest unless told otherwise. */
ONB_API onb_result onb_config_set_protocols(onb_config *config, onb_protocol minimum, onb_protocol maximum);

/* Cipher list for TLS 1.2 (openssl-ciphers(1)); cipher suites for TLS 1.3, groups, signature algorithms, each
 * separated by colons (SSL_CTX_set_ciphersuites(3), SSL_CTX_set1_groups_list(3), SSL_CTX_set1_sigalgs_list(3)).
 * NULL: the default. Wrong ones are refused by onb_context_new. */
ONB_API onb_result onb_config_set_cipher_list(onb_config *config, const char *list);
ONB_API onb_result onb_config_set_cipher_suites(onb_config *config, const char *suites);
ONB_API onb_result onb_config_set_groups(onb_config *config, const char *groups);
ONB_API onb_result onb_config_set_signature_algorithms(onb_config *config, const char *algorithms);

/* 0 (anything) to 5 (SSL_CTX_set_security_level(3)); -1: the library's default. */
ONB_API onb_result onb_config_set_security_level(onb_config *config, int level);

/* Which implementations of algorithms, such as "fips=yes" (property(7)); NULL: any. OpenSSL 3.0. */
ONB_API onb_result onb_config_set_property_query(onb_config *config, const char *query);

/* Application protocols in order of preference (ALPN, RFC 7301), each 1 to 255 bytes of ASCII. Replaces those set
 * before. */
ONB_API onb_result onb_config_set_alpn(onb_config *config, const char *const *protocols, size_t count);

/* Our certificate; NULL for none. */
ONB_API onb_result onb_config_set_certificate(onb_config *config, onb_certificate *certificate);

/* One more with a key of another type, beside the first: OpenSSL takes the one that the peer can verify. */
ONB_API onb_result onb_config_add_certificate(onb_config *config, onb_certificate *certificate);

/* Anything else that OpenSSL can be told, by name and value as in its configuration files (SSL_CONF_cmd(3)).
 * Applied in order, behind the other options. */
ONB_API onb_result onb_config_add_openssl_command(onb_config *config, const char *name, const char *value);

/* Lets TLS 1.2 peers renegotiate; off unless told otherwise. */
ONB_API onb_result onb_config_allow_renegotiation(onb_config *config, int allow);

/* Lets the kernel encrypt where it can, on connections of ONB_TRANSPORT_FD. */
ONB_API onb_result onb_config_set_kernel_tls(onb_config *config, int enable);

/* Each secret as a line in the format of NSS key logs, for Wireshark. Whoever has them can read the traffic. On
 * the thread of the handshake. NULL: none. user must stay good until the context is freed and its connections have
 * ended; so with all callbacks below. */
typedef void (*onb_keylog_fn)(const char *line, void *user);
ONB_API onb_result onb_config_set_keylog(onb_config *config, onb_keylog_fn callback, void *user);

/* Runs the steps of handshakes on these threads, and their callbacks. NULL: on the loop, or in the machine's caller. */
ONB_API onb_result onb_config_set_workers(onb_config *config, onb_workers *workers);

/* Whom to trust: a client, whose servers (NULL: the system's authorities); a server, whose clients (NULL: no
 * certificate is asked for). */
ONB_API onb_result onb_config_set_trust(onb_config *config, onb_trust *trust);

/* --- verification by the program --- */

/* A peer's certificates, and what OpenSSL says of them. Valid until the question is answered and the callback has
 * returned. */
typedef struct onb_peer {
    size_t size;
    const onb_bytes *certificates; /* DER, as the peer sent them, its own first */
    size_t certificate_count;
    const onb_bytes *chain;        /* DER, the chain that OpenSSL built, as far as it came */
    size_t chain_count;
    const char *error;             /* why OpenSSL would refuse it; NULL when it would accept it */
    int error_depth;               /* which certificate of the chain it is about; 0 is the peer's own */
    const char *server_name;       /* the name that a client asked for; NULL for a server's peer */
    int resumed;                   /* a session is resumed: no certificate was sent now */
} onb_peer;

/* Judges the peer's certificate after OpenSSL has: answer with onb_answer_verify, inside the callback or later from any
 * thread, exactly once. Nothing but error == NULL is a reason to accept by itself. On the thread of the handshake. */
typedef void (*onb_verify_fn)(onb_question *question, const onb_peer *peer, void *user);
ONB_API onb_result onb_config_set_verify(onb_config *config, onb_verify_fn callback, void *user);

/* Accepts any certificate for any name (clients): whoever sits between can read and change everything. */
ONB_API onb_result onb_config_dangerously_accept_any_certificate(onb_config *config, int accept);

/* --- clients --- */

/* Beside a chain to the trust, one certificate of it must have one of these keys: "sha256//" and Base64 (RFC 7469
 * s. 2.4). */
ONB_API onb_result onb_config_add_pin(onb_config *config, const char *pin);

/* Most sessions that the context remembers, by name and port, to resume them; a server's: those that OpenSSL
 * keeps. 0: none. */
ONB_API onb_result onb_config_set_session_cache_size(onb_config *config, int sessions);

/* What a client makes of a stapled OCSP response. */
typedef enum onb_stapling {
    ONB_STAPLING_IGNORE = 0,        /* does not ask */
    ONB_STAPLING_CHECK_IF_SENT = 1, /* refuses a server whose response is not good */
    ONB_STAPLING_REQUIRE = 2        /* and one that sends none */
} onb_stapling;
ONB_API onb_result onb_config_set_stapling(onb_config *config, onb_stapling policy);

/* Asks for records of at most 512, 1024, 2048 or 4096 bytes of plaintext (RFC 6066 s. 4); 0 does not ask. */
ONB_API onb_result onb_config_set_max_fragment_length(onb_config *config, int length);

/* A pre-shared key (RFC 8446 s. 4.2.11, RFC 4279): identity of 1 to 128 bytes, key of 16 to 256. NULL: none. */
ONB_API onb_result onb_config_set_psk(onb_config *config, const char *identity, const void *key, size_t key_length);

/* Tells servers of TLS 1.3 that they may ask for our certificate after the handshake. */
ONB_API onb_result onb_config_allow_post_handshake_authentication(onb_config *config, int allow);

/* A server's request for a certificate. Valid until the question is answered and the callback has returned. */
typedef struct onb_certificate_request {
    size_t size;
    const onb_bytes *authorities; /* X.501 names (DER) that it trusts; none when it does not say */
    size_t authority_count;
    const char *server_name;      /* the name that we asked for, or NULL */
} onb_certificate_request;

/* Chooses our certificate: answer with onb_answer_certificate, now or later, once. */
typedef void (*onb_select_certificate_fn)(onb_question *question, const onb_certificate_request *request, void *user);
ONB_API onb_result onb_config_set_select_certificate(onb_config *config, onb_select_certificate_fn callback,
    void *user);

/* --- servers --- */

/* With a trust, also lets in clients without a certificate. */
ONB_API onb_result onb_config_set_client_certificate_optional(onb_config *config, int optional);

/* With a trust, asks only when onb_conn_request_certificate says so (TLS 1.3). */
ONB_API onb_result onb_config_set_client_certificate_on_request(onb_config *config, int on_request);

/* The certificate for clients that ask for this name (SNI), "example.org" or "*.example.org". */
ONB_API onb_result onb_config_add_named_certificate(onb_config *config, const char *name, onb_certificate *certificate);

/* Clients that ask for another name get the alert unrecognized_name; without, the default certificate. */
ONB_API onb_result onb_config_refuse_unknown_names(onb_config *config, int refuse);

/* What clients get whose application protocols are none of ours. */
typedef enum onb_alpn_mismatch {
    ONB_ALPN_REFUSE = 0,  /* the alert no_application_protocol */
    ONB_ALPN_CONTINUE = 1 /* a connection without one */
} onb_alpn_mismatch;
ONB_API onb_result onb_config_set_alpn_mismatch(onb_config *config, onb_alpn_mismatch action);

/* A client's first message. Valid until the question is answered and the callback has returned. */
typedef struct onb_client_hello {
    size_t size;
    onb_bytes message;    /* the whole handshake message, its header of four bytes included */
    int legacy_version;
    onb_bytes random;     /* 32 bytes */
    onb_bytes session_id; /* 0 to 32 bytes */
    const uint16_t *cipher_suites;  size_t cipher_suite_count; /* in the client's order, GREASE included */
    const uint16_t *extensions;     size_t extension_count;    /* types of all extensions, in order */
    const char *server_name;        /* SNI, or NULL */
    const char *const *alpn;        size_t alpn_count;
    const uint16_t *versions;       size_t version_count;      /* supported_versions; none before TLS 1.3 */
    const uint16_t *groups;         size_t group_count;
    const uint16_t *signature_algorithms; size_t signature_algorithm_count;
    const char *ja3;      /* the JA3 fingerprint, hexadecimal; NULL where OpenSSL has no MD5 (FIPS) */
    const char *ja4;      /* the JA4 fingerprint, or NULL as well */
} onb_client_hello;

/* Chooses the context of a connection by its first message: answer with onb_answer_context, now or later, once. */
typedef void (*onb_select_context_fn)(onb_question *question, const onb_client_hello *hello, void *user);
ONB_API onb_result onb_config_set_select_context(onb_config *config, onb_select_context_fn callback, void *user);

/* Keeps the first message of each client for onb_conn_client_hello and onb_machine_client_hello. */
ONB_API onb_result onb_config_keep_client_hello(onb_config *config, int keep);

/* Session tickets that a TLS 1.3 handshake sends; 1 unless told otherwise. */
ONB_API onb_result onb_config_set_session_tickets(onb_config *config, int count);

/* Finds the key that a client names: writes it into key, which has room for 256 bytes, and returns its length, 16
 * to 256; 0 when there is none. On the thread of the handshake; must answer at once. */
typedef size_t (*onb_find_psk_fn)(const char *identity, void *key, void *user);
ONB_API onb_result onb_config_set_find_psk(onb_config *config, onb_find_psk_fn callback, void *user);

/* Most bytes of early data that a client may send when it resumes a session of TLS 1.3, up to 1 MiB; 0 takes none.
 * It may be a recording: see on_early_data. */
ONB_API onb_result onb_config_set_max_early_data(onb_config *config, int bytes);

/* Does not guard against early data that is sent again. */
ONB_API onb_result onb_config_dangerously_allow_early_data_replay(onb_config *config, int allow);

/* Keeps sessions there in place of tickets. NULL: none. */
ONB_API onb_result onb_config_set_session_store(onb_config *config, onb_session_store *store);

/* Where ticket keys come from. NULL: random ones of the context alone. */
ONB_API onb_result onb_config_set_ticket_keys(onb_config *config, onb_ticket_keys *keys);

/* The same ticket keys as another server's context has. NULL: its own. */
ONB_API onb_result onb_config_share_tickets(onb_config *config, onb_context *context);

/* ---------------------------------------------------------------- contexts (any thread) */

/* Makes a context of the configuration as it is now, which may be changed or freed afterwards. */
ONB_API onb_result onb_context_new(onb_config *config, onb_context **context) ONB_MUST_CHECK;

/* Connections that use it go on. */
ONB_API onb_result onb_context_free(onb_context *context);

/* Sessions that a client's context remembers now. */
ONB_API onb_result onb_context_session_count(onb_context *context, size_t *count);

/* The sessions as bytes, for a later run: secrets. *length is the room in buffer, and then how many bytes there
 * are: with ONB_E_BUFFER_TOO_SMALL, how many it takes now. ONB_E_BAD_STATE where none are remembered. */
ONB_API onb_result onb_context_export_sessions(onb_context *context, void *buffer, size_t *length);

/* Takes what onb_context_export_sessions gave; only of a context that verifies as this one does. count, how many,
 * may be NULL. */
ONB_API onb_result onb_context_import_sessions(onb_context *context, const void *data, size_t length, size_t *count);

/* Forgets them all. */
ONB_API onb_result onb_context_forget_sessions(onb_context *context);

/* ---------------------------------------------------------------- answers (any thread) */

/* Every question is answered exactly once, by the function that its callback names or by onb_answer_alert: inside
 * the callback, or later from any thread. Its handle ends with that. Where the connection has ended meanwhile the
 * answer is ignored (ONB_OK), but it must still be given: it frees the question. A handshake does not wait longer
 * than its timeout. */

/* accept != 0 accepts the peer. */
ONB_API onb_result onb_answer_verify(onb_question *question, int accept);

/* NULL keeps the context as it is. The chosen one must be a server's with the same onb_config_allow_renegotiation. */
ONB_API onb_result onb_answer_context(onb_question *question, onb_context *context);

/* NULL sends none. */
ONB_API onb_result onb_answer_certificate(onb_question *question, onb_certificate *certificate);

/* What the store was given by add; NULL: there is no such session. */
ONB_API onb_result onb_answer_session(onb_question *question, const void *session, size_t length);

/* Ends the connection. A client's hello is refused with this alert (RFC 8446 s. 6), such as 112 for
 * unrecognized_name; for other questions OpenSSL chooses the alert. */
ONB_API onb_result onb_answer_alert(onb_question *question, int alert);

/* The body of an extension of the hello that the question is about, without type and length; valid as the hello.
 * ONB_E_BAD_STATE when it is not there. */
ONB_API onb_result onb_question_extension(onb_question *question, int type, onb_bytes *body);

/* ---------------------------------------------------------------- facts of a connection */

/* Where a connection is in its life. */
typedef enum onb_state {
    ONB_STATE_HANDSHAKING = 0,
    ONB_STATE_OPEN = 1,
    ONB_STATE_LOCAL_CLOSED = 2, /* our close_notify is sent: we only receive */
    ONB_STATE_PEER_CLOSED = 3,  /* the peer's was received: we only send */
    ONB_STATE_CLOSED = 4,       /* both */
    ONB_STATE_FAILED = 5
} onb_state;

/* How a connection ended. */
typedef enum onb_close_reason {
    ONB_CLOSE_NONE = 0,
    ONB_CLOSE_NOTIFY = 1,             /* close_notify in both directions: nothing was cut short */
    ONB_CLOSE_TRUNCATED = 2,          /* FIN without close_notify: what came may be cut short, by an attacker too */
    ONB_CLOSE_RESET = 3,              /* TCP was reset or broken */
    ONB_CLOSE_PROTOCOL_ERROR = 4,     /* see the alerts */
    ONB_CLOSE_VERIFICATION_FAILED = 5,/* the peer's certificate or name was not acceptable to us */
    ONB_CLOSE_HANDSHAKE_TIMEOUT = 6,
    ONB_CLOSE_IDLE_TIMEOUT = 7,
    ONB_CLOSE_WRITE_TIMEOUT = 8,      /* the peer does not read */
    ONB_CLOSE_SHUTDOWN_TIMEOUT = 9,   /* we had closed, and the peer did not follow */
    ONB_CLOSE_ABORTED = 10,           /* onb_conn_abort */
    ONB_CLOSE_DISPOSED = 11,          /* this side gave it up, or its loop was freed */
    ONB_CLOSE_CALLBACK_FAILED = 12,   /* onb_answer_alert, or a callback that was refused */
    ONB_CLOSE_CONNECT_FAILED = 13,    /* no TCP connection came about */
    ONB_CLOSE_LOCAL_ERROR = 14        /* a name, a descriptor or memory could not be had, or another local fault */
} onb_close_reason;

/* The name of a reason, such as "truncated". Static. Any thread. */
ONB_API const char *onb_close_reason_name(int reason);

/* Why a connection ended. */
typedef struct onb_outcome {
    size_t size;
    onb_close_reason reason;
    int alert_sent;      /* AlertDescription (RFC 8446 s. 6), or -1 */
    int alert_received;  /* or -1 */
    const char *message; /* one line for people */
    const onb_openssl_error *openssl_errors; /* oldest first; NULL if none */
    size_t openssl_error_count;
} onb_outcome;

#define ONB_OUTCOME_INIT { sizeof(onb_outcome), ONB_CLOSE_NONE, -1, -1, NULL, NULL, 0 }

/* What became of a client's early data. */
typedef enum onb_early_data {
    ONB_EARLY_DATA_NONE = 0,
    ONB_EARLY_DATA_REJECTED = 1,
    ONB_EARLY_DATA_ACCEPTED = 2
} onb_early_data;

#define ONB_KERNEL_TLS_SEND 1
#define ONB_KERNEL_TLS_RECEIVE 2

/* What a handshake has agreed on. */
typedef struct onb_info {
    size_t size;
    onb_protocol protocol;
    const char *cipher_suite;             /* in OpenSSL's spelling */
    const char *group;                    /* of the key exchange, or NULL */
    const char *peer_signature_algorithm; /* such as "ECDSA+SHA256", or NULL */
    const char *alpn;                     /* or NULL */
    const char *server_name;              /* that the client asked for, or NULL */
    const char *psk_identity;             /* or NULL */
    const char *peer_subject;             /* of the peer's certificate, or NULL */
    const char *verification_error;       /* what was not enforced, or NULL */
    const onb_bytes *peer_certificates;   /* DER, as they were sent, the peer's own first */
    size_t peer_certificate_count;
    int resumed;
    onb_early_data early_data;
    int max_fragment_length;              /* that both sides agreed on, or 0 */
    int kernel_tls;                       /* ONB_KERNEL_TLS_SEND | ONB_KERNEL_TLS_RECEIVE */
} onb_info;

#define ONB_INFO_INIT { sizeof(onb_info), ONB_TLS_DEFAULT, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, ONB_EARLY_DATA_NONE, 0, 0 }

/* What ties an authentication inside a connection to it (RFC 5056). */
typedef enum onb_channel_binding {
    ONB_BINDING_EXPORTER = 0,        /* tls-exporter, RFC 9266 */
    ONB_BINDING_UNIQUE = 1,          /* tls-unique, RFC 5929; TLS 1.2 */
    ONB_BINDING_SERVER_END_POINT = 2 /* tls-server-end-point, RFC 5929 */
} onb_channel_binding;

/* Most bytes of a channel binding. */
#define ONB_BINDING_MAX 64

/* ---------------------------------------------------------------- level 1: machines
 *
 * One thread at a time; a second one gets ONB_E_WRONG_THREAD. Look at onb_machine_output after every call: any of them may have made
 * ciphertext. */

typedef struct onb_machine_options {
    size_t size;
    uint32_t outbound_limit;   /* most plaintext that may be queued; 1 MiB */
    uint32_t ciphertext_limit; /* most ciphertext that waits before writes block; at least 20 KiB; 128 KiB */
} onb_machine_options;

#define ONB_MACHINE_OPTIONS_INIT { sizeof(onb_machine_options), 0, 0 }

/* Makes the machine of one connection. server_name: for clients the name for SNI and for the certificate's check,
 * NULL only where any certificate is accepted; for servers NULL. options may be NULL. */
ONB_API onb_result onb_machine_new(onb_context *context, const char *server_name, const onb_machine_options *options,
    onb_machine **machine) ONB_MUST_CHECK;

/* ONB_E_REENTRANT from inside its own callbacks, on a worker's thread too; ONB_E_WRONG_THREAD while another thread is
 * inside. Ciphertext and plaintext that nobody has taken are freed with it. */
ONB_API onb_result onb_machine_free(onb_machine *machine);

/* Takes ciphertext from the peer; copied. It takes all that it is given: read before you feed more, or what the peer
 * sends decides how much memory is used. What was read is given back. */
ONB_API onb_result onb_machine_feed(onb_machine *machine, const void *ciphertext, size_t length);

/* The peer's byte stream has ended. */
ONB_API onb_result onb_machine_feed_end(onb_machine *machine);

/* Ciphertext for the peer, oldest first: *length is 0 when there is none. Valid until the next call on the machine. */
ONB_API onb_result onb_machine_output(onb_machine *machine, const void **ciphertext, size_t *length);

/* The first bytes of the output are on their way. */
ONB_API onb_result onb_machine_skip_output(onb_machine *machine, size_t count);

/* Both in one: moves as much output as fits into buffer; *length is the room, and then how much was moved. */
ONB_API onb_result onb_machine_take_output(onb_machine *machine, void *buffer, size_t *length);

/* Steps the handshake: ONB_OK when it has ended, now or before; ONB_WANT_...; ONB_E_LOST. The other operations
 * step it too. */
ONB_API onb_result onb_machine_handshake(onb_machine *machine);

/* Reads plaintext: *length is the room (at least 1), and with ONB_OK how many bytes came. Call again until it
 * wants something: more may wait inside. ONB_END after the peer's close_notify. With other results than ONB_OK
 * *length is 0. */
ONB_API onb_result onb_machine_read(onb_machine *machine, void *buffer, size_t *length);

/* Queues plaintext behind what is queued, and writes as far as it goes. ONB_OK and ONB_WANT_...: all of it was
 * taken, never pass it again; after ONB_WANT_... call onb_machine_flush when that is satisfied. ONB_FULL: nothing
 * was taken. More than the outbound limit, which can never fit, is ONB_E_INVALID_ARGUMENT. ONB_E_SEND_CLOSED after
 * onb_machine_shutdown. */
ONB_API onb_result onb_machine_write(onb_machine *machine, const void *data, size_t length);

/* Writes what is queued. ONB_OK when nothing is queued any more. */
ONB_API onb_result onb_machine_flush(onb_machine *machine);

/* Sends close_notify behind what is queued. ONB_OK when it is in the output. Reading goes on. */
ONB_API onb_result onb_machine_shutdown(onb_machine *machine);

#define ONB_INTEREST_READ 1  /* wait until the peer's bytes can be read, and feed them */
#define ONB_INTEREST_WRITE 2 /* wait until bytes can be sent, and send the output */

/* What to wait for now, for poll(2) and its like. */
ONB_API onb_result onb_machine_interest(onb_machine *machine, int *interest);

/* Where it is in its life; ONB_STATE_FAILED with ONB_E_LOST. */
ONB_API onb_result onb_machine_state(onb_machine *machine, onb_state *state);

/* Plaintext that is queued and not taken by OpenSSL yet. */
ONB_API onb_result onb_machine_queued(onb_machine *machine, size_t *bytes);

/* Why the connection is lost; reason is ONB_CLOSE_NONE while it is not. What it points to is valid until
 * onb_machine_free. */
ONB_API onb_result onb_machine_outcome(onb_machine *machine, onb_outcome *outcome);

/* What the handshake agreed on; ONB_E_BAD_STATE before. What it points to is valid until onb_machine_free. */
ONB_API onb_result onb_machine_info(onb_machine *machine, onb_info *info);

/* The client's first message, where the server's configuration keeps it (onb_config_keep_client_hello), once the
 * handshake has ended; ONB_E_BAD_STATE otherwise. Valid until onb_machine_free. */
ONB_API onb_result onb_machine_client_hello(onb_machine *machine, const onb_client_hello **hello);

/* Calls back when what a step waits for (ONB_WANT_CLIENT_HELLO, _CERTIFICATE, _VERIFY, _ASYNC) is there, from
 * whichever thread, perhaps at once: wake the machine's thread, and step again there. At most once for each call of
 * this function; never if the question is never answered, and not after onb_machine_free has returned. The callback
 * must not use the machine itself. */
ONB_API onb_result onb_machine_notify(onb_machine *machine, void (*callback)(void *user), void *user);

/* KeyUpdate (TLS 1.3). ONB_E_BAD_STATE in the middle of a record; result as onb_machine_flush. */
ONB_API onb_result onb_machine_update_keys(onb_machine *machine, int request_peer);

/* Begins a renegotiation (TLS 1.2, where both allow it); onb_machine_read drives it. */
ONB_API onb_result onb_machine_renegotiate(onb_machine *machine);

/* A client sends this with its first flight if a session is offered that allows it; before the first step.
 * ONB_E_BAD_STATE when it will not be sent. onb_info.early_data says what came of it: what was not accepted is not
 * sent again. */
ONB_API onb_result onb_machine_offer_early_data(onb_machine *machine, const void *data, size_t length);

/* Moves out what a server's client has sent early; after each step of the handshake. *length is the room, and then
 * how many bytes came, perhaps 0. See on_early_data for what it means. */
ONB_API onb_result onb_machine_take_early_data(onb_machine *machine, void *buffer, size_t *length);

/* Bytes that both sides can derive, and nobody else (RFC 5705, RFC 8446 s. 7.5). label: 1 to 249 bytes of ASCII;
 * context may be NULL for none; length: 1 to 8192. */
ONB_API onb_result onb_machine_export_keying_material(onb_machine *machine, const char *label, const void *context,
    size_t context_length, void *output, size_t length);

/* *length is the room (ONB_BINDING_MAX is enough), and then how many bytes there are. */
ONB_API onb_result onb_machine_channel_binding(onb_machine *machine, onb_channel_binding kind, void *output,
    size_t *length);

/* ---------------------------------------------------------------- level 2: loops */

typedef struct onb_loop_options {
    size_t size;
    const char *name;        /* of the loop's thread; "opensslnb loop" */
    int use_poll;            /* poll(2) in place of epoll(7) */
    int bytes_per_turn;      /* that a connection may read, and may write, before others get their turn; 256 KiB */
    int handshakes_per_turn; /* 2 */
    int spin_us;             /* microseconds of looking for events before sleeping; 0: none */
} onb_loop_options;

#define ONB_LOOP_OPTIONS_INIT { sizeof(onb_loop_options), NULL, 0, 0, 0, 0 }

/* Makes a loop with a thread of its own, on which all its callbacks come. options may be NULL. Any thread. */
ONB_API onb_result onb_loop_new(const onb_loop_options *options, onb_loop **loop) ONB_MUST_CHECK;

/* Makes a loop that belongs to the calling thread and runs only when that calls onb_loop_run or onb_loop_turn. */
ONB_API onb_result onb_loop_new_driven(const onb_loop_options *options, onb_loop **loop) ONB_MUST_CHECK;

/* Ends the loop: its connections end as ONB_CLOSE_DISPOSED, and their on_closed comes; what was posted and has not
 * run is dropped, and so are timers. When it returns no callback will come any more. Waits for the loop's thread.
 * What is left then ends on the calling thread, which counts as the loop's meanwhile (onb_loop_is_current). Other
 * threads that still connect, adopt or listen on the loop get ONB_E_BAD_STATE; every connection that was given out
 * has its on_closed exactly once. A driven loop: its own thread alone. Not from the loop's callbacks
 * (ONB_E_REENTRANT). */
ONB_API onb_result onb_loop_free(onb_loop *loop);

/* Driven loops: runs on the calling thread, which sleeps while there is nothing to do, until onb_loop_stop. */
ONB_API onb_result onb_loop_run(onb_loop *loop);

/* Ends the present onb_loop_run, or else the next one, soon. Any thread, callbacks included. */
ONB_API onb_result onb_loop_stop(onb_loop *loop);

/* Driven loops inside another loop: when *fd is readable, or onb_loop_timeout is over, call onb_loop_turn. It
 * stays the same, and belongs to the loop: poll it for POLLIN, level-triggered. Any thread. */
ONB_API onb_result onb_loop_fd(onb_loop *loop, int *fd);

/* Milliseconds until onb_loop_turn must be called even if the descriptor is not readable: 0 for at once, -1 for
 * never. Ask after every turn, and after calls on the loop's connections and timers. The loop's thread. */
ONB_API onb_result onb_loop_timeout(onb_loop *loop, int *timeout_ms);

/* One turn: takes what is ready, and does not wait. more (may be NULL) becomes 1 when there is more to do at once.
 * The loop's thread, not from its callbacks. */
ONB_API onb_result onb_loop_turn(onb_loop *loop, int *more);

/* Calls back on the loop's thread, in the order of the posts of a thread. Any thread, callbacks included: then it
 * comes after them. What has not been called when the loop is freed never is: whoever posts memory of its own keeps
 * track of it. */
ONB_API onb_result onb_loop_post(onb_loop *loop, void (*callback)(void *user), void *user);

/* 1 when the calling thread is the loop's. Any thread. */
ONB_API onb_result onb_loop_is_current(onb_loop *loop, int *is_current);

/* Calls back after delay_ms, in steps of 8, and then every period_ms if that is not 0. The loop's thread. The timer's handle ends
 * with onb_timer_stop, or when its only callback returns. timer may be NULL where nobody will stop it. */
ONB_API onb_result onb_timer_start(onb_loop *loop, int delay_ms, int period_ms, void (*callback)(void *user),
    void *user, onb_timer **timer);

/* No callback comes any more. The loop's thread, its own callback included. */
ONB_API onb_result onb_timer_stop(onb_timer *timer);

/* ---------------------------------------------------------------- level 2: connections */

/* Where ciphertext goes. */
typedef enum onb_transport {
    ONB_TRANSPORT_BUFFERED = 0, /* several records a system call */
    ONB_TRANSPORT_FD = 1        /* OpenSSL makes the system calls: for kernel TLS */
} onb_transport;

/* How long OpenSSL's record buffers are kept. */
typedef enum onb_memory {
    ONB_MEMORY_BALANCED = 0, /* freed when the connection was idle for a while */
    ONB_MEMORY_SPEED = 1,    /* kept */
    ONB_MEMORY_SMALL = 2     /* freed whenever they are empty */
} onb_memory;

typedef struct onb_conn_options {
    size_t size;
    onb_transport transport;
    onb_memory memory;
    uint32_t outbound_limit;     /* high-water mark: most plaintext that may be queued; 1 MiB */
    uint32_t low_water_mark;     /* 256 KiB, or the limit if that is less */
    uint32_t inbound_limit;      /* most plaintext kept while reading is paused; at least 16 KiB; 64 KiB */
    uint32_t ciphertext_limit;   /* at least 20 KiB; 128 KiB */
    int handshake_timeout_ms;    /* 10 s */
    int idle_timeout_ms;         /* 5 min */
    int write_timeout_ms;        /* 1 min */
    int shutdown_timeout_ms;     /* 5 s */
    int idle_buffer_ms;          /* ONB_MEMORY_BALANCED: 5 s */
    int send_buffer;             /* SO_SNDBUF; 0 leaves it to the kernel */
    int receive_buffer;          /* SO_RCVBUF; 0 leaves it to the kernel */
    int max_record;              /* most plaintext of a record: 512 to 16384; 16384 */
    int small_records_first;     /* 1: begin with records that fit one TCP segment */
    int records_per_key;         /* TLS 1.3: keys are changed after so many; 2^24 */
    int renegotiations_per_minute; /* that the peer may make; 10; -1 for none */
} onb_conn_options;

#define ONB_CONN_OPTIONS_INIT { sizeof(onb_conn_options), ONB_TRANSPORT_BUFFERED, ONB_MEMORY_BALANCED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* What happens on a connection; NULL where nobody cares. All on the loop's thread, one at a time. Every function
 * of the connection may be called from inside them. user is what onb_connect, onb_adopt or on_accepted gave. */
typedef struct onb_callbacks {
    size_t size;

    /* A listener has accepted a connection; user is the listener's. Returns the user of the connection. The
     * handshake follows; onb_conn_abort refuses it. NULL: the listener's user. */
    void *(*on_accepted)(onb_listener *listener, onb_conn *conn, void *user);

    /* The handshake has ended: onb_conn_info. */
    void (*on_opened)(onb_conn *conn, void *user);

    /* Data came; at least one byte. */
    void (*on_received)(onb_conn *conn, const void *data, size_t length, void *user);

    /* A server's client has sent data before the handshake has ended. It may be a recording that somebody sends
     * again (RFC 8446 s. 8): take (return 1) only what does no harm then; with 0, as with NULL, it comes through
     * on_received when the handshake has ended. */
    int (*on_early_data)(onb_conn *conn, const void *data, size_t length, void *user);

    /* The peer's close_notify came: no more data will. More may be sent; close this side with onb_close when that
     * is done. NULL: closed at once. */
    void (*on_peer_closed)(onb_conn *conn, void *user);

    /* After ONB_FULL: the queue has fallen to the low-water mark. */
    void (*on_low_water)(onb_conn *conn, void *user);

    /* The last callback, exactly once for every connection that onb_connect or onb_adopt gave or on_accepted saw.
     * The handle ends when it returns, so that a thread which comes too late gets ONB_E_BAD_HANDLE. */
    void (*on_closed)(onb_conn *conn, const onb_outcome *outcome, void *user);
} onb_callbacks;

#define ONB_CALLBACKS_INIT { sizeof(onb_callbacks), NULL, NULL, NULL, NULL, NULL, NULL, NULL }

typedef struct onb_connect_options {
    size_t size;
    const onb_conn_options *conn;  /* NULL: the defaults */
    const char *server_name;       /* for SNI and the certificate's check; NULL: the host */
    int connect_timeout_ms;        /* for name and TCP; 15 s */
    int attempt_delay_ms;          /* before the next address is tried beside one (RFC 8305); 250 ms; never negative */
    const void *early_data;        /* sent with the first flight if a session allows it; copied */
    size_t early_data_length;
    int resend_early_data;         /* 1: sent in the ordinary way when it was not accepted */
    int proxy_protocol;            /* 1 or 2: sends a PROXY header of that version first; 0: none */
    const char *proxy_source;      /* whom it is for, such as "192.0.2.1:4711" or "[2001:db8::1]:4711"; NULL: for ourselves (LOCAL, version 2) */
    const char *proxy_destination;
} onb_connect_options;

#define ONB_CONNECT_OPTIONS_INIT { sizeof(onb_connect_options), NULL, NULL, 0, 0, NULL, 0, 0, 0, NULL, NULL }

/* Connects: resolves host (a name or an address), tries IPv6 and IPv4, and does the handshake. Returns at once;
 * on_opened or on_closed follows. What is sent before on_opened is queued. callbacks is copied; options may be
 * NULL. ONB_E_BAD_STATE when the loop is being freed. Any thread. */
ONB_API onb_result onb_connect(onb_loop *loop, const char *host, int port, onb_context *context,
    const onb_callbacks *callbacks, void *user, const onb_connect_options *options, onb_conn **conn) ONB_MUST_CHECK;

/* Does TLS on a socket (SOCK_STREAM) that is connected already, as a client or a server as the context says. The
 * library owns fd from then on, and closes it when this fails; with ONB_E_INVALID_ARGUMENT, ONB_E_BAD_HANDLE and
 * ONB_E_FORKED alone it stays the caller's. ONB_E_BAD_STATE when the loop is being freed. server_name as in
 * onb_machine_new. Any thread. */
ONB_API onb_result onb_adopt(onb_loop *loop, int fd, onb_context *context, const char *server_name,
    const onb_callbacks *callbacks, void *user, const onb_conn_options *options, onb_conn **conn) ONB_MUST_CHECK;

/* Queues a copy of the data behind everything sent before: ONB_OK, ONB_FULL, ONB_E_SEND_CLOSED. More than the
 * outbound limit is ONB_E_INVALID_ARGUMENT. Any thread. */
ONB_API onb_result onb_send(onb_conn *conn, const void *data, size_t length);

/* How a send of any length ended: ONB_OK when the last byte was queued (or given to the kernel), or a failure. On
 * the loop's thread or the sender's. */
typedef void (*onb_sent_fn)(onb_result result, void *user);

/* Queues data of up to 2^31 - 1 bytes as room comes, in order with all other sends. The memory must stay there and unchanged
 * until the callback, which comes exactly once if the function returns ONB_OK. Not before on_opened. Any thread. */
ONB_API onb_result onb_send_all(onb_conn *conn, const void *data, size_t length, onb_sent_fn callback, void *user);

/* The same with a part of a regular file, which is read on the loop's thread as room comes, or by the kernel
 * (SSL_sendfile(3)). fd is duplicated. Not before on_opened. Any thread. */
ONB_API onb_result onb_send_file(onb_conn *conn, int fd, uint64_t offset, uint64_t length, onb_sent_fn callback,
    void *user);

/* Closes in good order: what is queued, close_notify, FIN, and then waits for the peer's up to
 * shutdown_timeout_ms. on_closed follows. Any thread, also twice. */
ONB_API onb_result onb_close(onb_conn *conn);

/* Half-close: close_notify behind what is queued; data still comes in. Any thread. */
ONB_API onb_result onb_conn_close_write(onb_conn *conn);

/* Ends it at once with RST; what is queued is lost. on_closed follows. Any thread. */
ONB_API onb_result onb_conn_abort(onb_conn *conn);

/* Stops on_received after the current one; TCP holds the peer back. Any thread. */
ONB_API onb_result onb_conn_pause_reading(onb_conn *conn);
ONB_API onb_result onb_conn_resume_reading(onb_conn *conn);

/* The pointer that callbacks get. Setting: the loop's thread. */
ONB_API onb_result onb_conn_set_user(onb_conn *conn, void *user);
ONB_API onb_result onb_conn_user(onb_conn *conn, void **user);

/* The loop that it lives on. Any thread. */
ONB_API onb_result onb_conn_loop(onb_conn *conn, onb_loop **loop);

/* Plaintext that is queued and not taken by OpenSSL yet. Any thread. */
ONB_API onb_result onb_conn_queued(onb_conn *conn, size_t *bytes);

/* Where it is in its life. Any thread. */
ONB_API onb_result onb_conn_state(onb_conn *conn, onb_state *state);

/* What the handshake agreed on; ONB_E_BAD_STATE before. What it points to is valid until on_closed returns. The
 * loop's thread. */
ONB_API onb_result onb_conn_info(onb_conn *conn, onb_info *info);

/* As onb_machine_client_hello; valid until on_closed returns. The loop's thread. */
ONB_API onb_result onb_conn_client_hello(onb_conn *conn, const onb_client_hello **hello);

/* Room for an address as text. */
#define ONB_ADDRESS_SIZE 64

/* The peer's address, and ours: "192.0.2.1" or "2001:db8::1" into address, which has room for ONB_ADDRESS_SIZE
 * bytes; address or port may be NULL when it is not wanted. ONB_E_BAD_STATE when there is none (yet). Any thread. */
ONB_API onb_result onb_conn_remote_address(onb_conn *conn, char *address, int *port);
ONB_API onb_result onb_conn_local_address(onb_conn *conn, char *address, int *port);

/* What a proxy in front of us said of the client. */
typedef struct onb_proxy {
    size_t size;
    int version;             /* 1 or 2 */
    int is_local;            /* the proxy speaks for itself */
    char source[ONB_ADDRESS_SIZE]; /* "" when it does not say */
    int source_port;
    char destination[ONB_ADDRESS_SIZE];
    int destination_port;
} onb_proxy;

#define ONB_PROXY_INIT { sizeof(onb_proxy), 0, 0, "", 0, "", 0 }

/* ONB_E_BAD_STATE where the listener expects none. Any thread. */
ONB_API onb_result onb_conn_proxy(onb_conn *conn, onb_proxy *proxy);

/* One of its type-length-value fields. *length is the room, and then how many bytes there are. ONB_E_BAD_STATE
 * when it is not there. Any thread. */
ONB_API onb_result onb_conn_proxy_field(onb_conn *conn, int type, void *buffer, size_t *length);

/* What has passed so far. */
typedef struct onb_statistics {
    size_t size;
    uint64_t bytes_received;      /* plaintext */
    uint64_t bytes_sent;
    uint64_t records_received;
    uint64_t records_sent;
    uint64_t ciphertext_received; /* all of TLS included */
    uint64_t ciphertext_sent;
    uint64_t read_wants;          /* attempts of an operation that had to wait for the peer's bytes */
    uint64_t write_wants;         /* that had to wait until bytes could be sent */
    uint64_t other_wants;         /* that had to wait for an answer of the program, or for a worker */
    uint64_t crossed_wants;       /* reads that had to wait for writing, and writes for reading */
} onb_statistics;

#define ONB_STATISTICS_INIT { sizeof(onb_statistics), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* ONB_E_BAD_STATE while there is no TCP connection yet. Any thread. */
ONB_API onb_result onb_conn_statistics(onb_conn *conn, onb_statistics *statistics);

/* KeyUpdate (TLS 1.3); ONB_E_BAD_STATE elsewhere. Any thread. */
ONB_API onb_result onb_conn_update_keys(onb_conn *conn, int request_peer);

/* Begins a renegotiation (TLS 1.2, where both allow it). Any thread. */
ONB_API onb_result onb_conn_renegotiate(onb_conn *conn);

/* As onb_machine_export_keying_material and onb_machine_channel_binding. The loop's thread. */
ONB_API onb_result onb_conn_export_keying_material(onb_conn *conn, const char *label, const void *context,
    size_t context_length, void *output, size_t length);
ONB_API onb_result onb_conn_channel_binding(onb_conn *conn, onb_channel_binding kind, void *output, size_t *length);

/* What a client answered: DER, its own first; none when it has none. On the loop's thread. */
typedef void (*onb_certificates_fn)(onb_conn *conn, onb_result result, const onb_bytes *certificates, size_t count, void *user);

/* Asks the client of an established TLS 1.3 connection for its certificate
 * (onb_config_set_client_certificate_on_request). With ONB_OK the callback comes exactly once, before on_closed.
 * The loop's thread. */
ONB_API onb_result onb_conn_request_certificate(onb_conn *conn, onb_certificates_fn callback, void *user);

/* ---------------------------------------------------------------- level 2: listeners */

/* At most maximum connections of all listeners that have this limit. Any thread. */
ONB_API onb_result onb_limit_new(int maximum, onb_limit **limit) ONB_MUST_CHECK;
ONB_API onb_result onb_limit_count(onb_limit *limit, int *count);
ONB_API onb_result onb_limit_free(onb_limit *limit);

typedef struct onb_listen_options {
    size_t size;
    const onb_conn_options *conn; /* NULL: the defaults */
    int backlog;                  /* listen(2); 0: 4096; -1 is refused, as any negative value */
    int max_connections;          /* those above are reset; 0: no limit; -1 is refused, as any negative value */
    onb_limit *limit;             /* shared with other listeners; NULL: none */
    int descriptor_reserve;       /* descriptors left to everything else; 0: 32; -1: none */
    int reuse_port;               /* 0: not; 1: SO_REUSEPORT, one listener a loop */
    int require_proxy_header;     /* 0: none is expected; 1: each connection begins with a PROXY header; only where none but trusted proxies can connect */
} onb_listen_options;

#define ONB_LISTEN_OPTIONS_INIT { sizeof(onb_listen_options), NULL, 0, 0, NULL, 0, 0, 0 }

/* Listens on an address ("127.0.0.1", "::", "0.0.0.0") and port; 0 lets the system choose: onb_listener_address.
 * *listener is written before the first on_accepted comes. callbacks is copied; options may be NULL. ONB_E_BAD_STATE
 * when the loop is being freed. Any thread. */
ONB_API onb_result onb_listen(onb_loop *loop, const char *address, int port, onb_context *context,
    const onb_callbacks *callbacks, void *user, const onb_listen_options *options,
    onb_listener **listener) ONB_MUST_CHECK;

/* Where it listens, as onb_conn_local_address. Any thread. */
ONB_API onb_result onb_listener_address(onb_listener *listener, char *address, int *port);

/* Makes the connections that are accepted from now on with another context, such as one with a renewed
 * certificate. Any thread. */
ONB_API onb_result onb_listener_replace_context(onb_listener *listener, onb_context *context);

typedef struct onb_listen_statistics {
    size_t size;
    uint64_t accepted; /* those refused included */
    uint64_t refused;
    uint64_t shortages; /* waits because there was no descriptor or no memory */
    uint64_t connections; /* that live now */
} onb_listen_statistics;

#define ONB_LISTEN_STATISTICS_INIT { sizeof(onb_listen_statistics), 0, 0, 0, 0 }

/* What it has done so far. Any thread. */
ONB_API onb_result onb_listener_statistics(onb_listener *listener, onb_listen_statistics *statistics);

/* Stops accepting, and ends the handle. Connections that live go on. Any thread, callbacks included, on_accepted
 * too. From another thread than the loop's, on_accepted may be under way: what only it uses may be freed in a callback
 * that was given to onb_loop_post after this, or when the loop is freed. */
ONB_API onb_result onb_listener_close(onb_listener *listener);

#ifdef __cplusplus
}
#endif

#endif /* OPENSSLNB_H */
