/* What is known of certificates, and of a connection. */
#include "harness.h"

static void of_a_handshake(onb_protocol version)
{
    contexts both;
    pair machines;
    onb_info info = ONB_INFO_INIT;
    contexts_make(&both, version);
    pair_make(&machines, both.client, both.server, "localhost");
    CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_info(machines.client, &info));
    pair_connect(&machines);
    OK(onb_machine_info(machines.client, &info));
    CHECK(info.size == sizeof info && info.protocol == version);
    CHECK(strlen(info.cipher_suite) > 5);
    CHECK(strcmp(info.server_name, "localhost") == 0);
    CHECK(info.peer_signature_algorithm != NULL && strstr(info.peer_signature_algorithm, "ECDSA") != NULL);
    CHECK(info.peer_certificate_count == 1 && info.peer_certificates[0].length > 100);
    CHECK(strstr(info.peer_subject, "localhost") != NULL);
    CHECK(info.alpn == NULL && info.psk_identity == NULL && info.verification_error == NULL);
    CHECK(!info.resumed && info.early_data == ONB_EARLY_DATA_NONE && info.max_fragment_length == 0 && info.kernel_tls == 0);
    OK(onb_machine_info(machines.server, &info));
    CHECK(info.peer_certificate_count == 0 && info.peer_certificates == NULL && info.peer_subject == NULL);
    pair_free(&machines);
    contexts_free(&both);
}

static void of_a_certificate(void)
{
    identity id;
    onb_certificate *copy;
    char key[4096], pin[100], again[100];
    size_t key_length = sizeof key, length = sizeof pin, needed = 0;
    identity_make(&id, "localhost");
    CHECK(strncmp(id.pem, "-----BEGIN CERTIFICATE-----", 27) == 0);
    OK(onb_certificate_key_pem(id.certificate, key, &key_length));
    OK(onb_certificate_pin(id.certificate, pin, &length));
    CHECK(length == strlen(pin) + 1 && strncmp(pin, "sha256//", 8) == 0);
    CHECK_RESULT(ONB_E_BUFFER_TOO_SMALL, onb_certificate_pin(id.certificate, again, &needed));
    CHECK(needed == length);
    OK(onb_certificate_from_pem(id.pem, id.pem_length, key, key_length, NULL, &copy));
    OK(onb_certificate_pin(copy, again, &needed));
    CHECK(strcmp(pin, again) == 0);
    CHECK_RESULT(ONB_E_BAD_STATE, onb_certificate_ocsp_responder(copy, again, &needed));
    OK(onb_certificate_free(copy));
    CHECK_RESULT(ONB_E_OPENSSL, onb_certificate_from_pem("nonsense", 8, NULL, 0, NULL, &copy));
    CHECK_RESULT(ONB_E_OPENSSL, onb_certificate_from_der("nonsense", 8, "nonsense", 8, NULL, NULL, 0, &copy));
    CHECK_RESULT(ONB_E_OPENSSL, onb_certificate_from_pkcs12("nonsense", 8, NULL, &copy));
    CHECK_RESULT(ONB_E_IO, onb_certificate_from_pem_files("/nonexistent", NULL, NULL, &copy));
    CHECK_RESULT(ONB_E_IO, onb_certificate_from_files("/nonexistent", NULL, NULL, &copy));
    CHECK_RESULT(ONB_E_IO, onb_certificate_from_pkcs12_file("/nonexistent", NULL, &copy));
    identity_free(&id);
}

/* A pin of another key is not enough, whatever the chain says; the right one is. */
static void pins(void)
{
    identity id, other;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    char pin[100];
    size_t length;
    int right;
    identity_make(&id, "localhost");
    identity_make(&other, "localhost");
    server = context_of(server_config(&id, ONB_TLS1_3));
    for (right = 0; right < 2; right++) {
        int client_result, server_result;
        length = sizeof pin;
        OK(onb_certificate_pin(right ? id.certificate : other.certificate, pin, &length));
        config = client_config(&id, ONB_TLS1_3);
        OK(onb_config_add_pin(config, pin));
        client = context_of(config);
        pair_make(&machines, client, server, "localhost");
        pair_handshake(&machines, &client_result, &server_result);
        CHECK_RESULT(right ? ONB_OK : ONB_E_LOST, client_result);
        pair_free(&machines);
        OK(onb_context_free(client));
    }
    OK(onb_context_free(server));
    identity_free(&id);
    identity_free(&other);
}

/* Everything is freed as soon as the next one has it. */
static void ownership(void)
{
    contexts both;
    pair machines;
    contexts_make(&both, ONB_TLS_DEFAULT);
    pair_make(&machines, both.client, both.server, "localhost");
    contexts_free(&both);
    pair_connect(&machines);
    pair_send(&machines, machines.client, machines.server, 1000);
    pair_free(&machines);
}

static void kept_hello(onb_protocol version)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    const onb_client_hello *hello;
    identity_make(&id, "localhost");
    config = server_config(&id, version);
    OK(onb_config_keep_client_hello(config, 1));
    server = context_of(config);
    client = context_of(client_config(&id, version));
    pair_make(&machines, client, server, "localhost");
    CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_client_hello(machines.server, &hello));
    pair_connect(&machines);
    OK(onb_machine_client_hello(machines.server, &hello));
    CHECK(strcmp(hello->server_name, "localhost") == 0 && hello->random.length == 32 && strlen(hello->ja3) == 32);
    CHECK_RESULT(ONB_E_BAD_STATE, onb_machine_client_hello(machines.client, &hello));
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

static void options_that_openssl_knows(void)
{
    identity id;
    onb_config *config;
    onb_context *server, *client;
    pair machines;
    onb_info info = ONB_INFO_INIT;
    identity_make(&id, "localhost");
    config = server_config(&id, ONB_TLS1_3);
    OK(onb_config_set_cipher_suites(config, "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"));
    OK(onb_config_set_groups(config, "P-384:P-256"));
    OK(onb_config_add_openssl_command(config, "Options", "ServerPreference"));
    OK(onb_config_set_security_level(config, 1));
    OK(onb_config_set_signature_algorithms(config, "ecdsa_secp256r1_sha256"));
    server = context_of(config);
    config = client_config(&id, ONB_TLS1_3);
    OK(onb_config_set_max_fragment_length(config, 1024));
    client = context_of(config);
    pair_make(&machines, client, server, "localhost");
    pair_connect(&machines);
    OK(onb_machine_info(machines.client, &info));
    CHECK(strcmp(info.cipher_suite, "TLS_CHACHA20_POLY1305_SHA256") == 0);
    CHECK(strcmp(info.group, "secp384r1") == 0);
    CHECK(info.max_fragment_length == 1024);
    pair_free(&machines);
    OK(onb_context_free(server));
    OK(onb_context_free(client));
    identity_free(&id);
}

int main(void)
{
    of_a_handshake(ONB_TLS1_2);
    of_a_handshake(ONB_TLS1_3);
    of_a_certificate();
    kept_hello(ONB_TLS1_2);
    kept_hello(ONB_TLS1_3);
    pins();
    ownership();
    options_that_openssl_knows();
    return 0;
}
