#include "harness.h"

void identity_make(identity *id, const char *name)
{
    const char *names[1];
    names[0] = name;
    OK(onb_certificate_self_signed(names, 1, 3600, &id->certificate));
    id->pem_length = sizeof id->pem;
    OK(onb_certificate_pem(id->certificate, id->pem, &id->pem_length));
    OK(onb_trust_new(&id->trust));
    OK(onb_trust_add_pem(id->trust, id->pem, id->pem_length));
}

void identity_free(identity *id)
{
    OK(onb_certificate_free(id->certificate));
    OK(onb_trust_free(id->trust));
}

onb_config *server_config(const identity *id, onb_protocol version)
{
    onb_config *config;
    OK(onb_config_new_server(&config));
    OK(onb_config_set_protocols(config, version == ONB_TLS_DEFAULT ? ONB_TLS1_2 : version, version));
    OK(onb_config_set_certificate(config, id->certificate));
    return config;
}

onb_config *client_config(const identity *id, onb_protocol version)
{
    onb_config *config;
    OK(onb_config_new_client(&config));
    OK(onb_config_set_protocols(config, version == ONB_TLS_DEFAULT ? ONB_TLS1_2 : version, version));
    OK(onb_config_set_trust(config, id->trust));
    return config;
}

onb_context *context_of(onb_config *config)
{
    onb_context *context;
    OK(onb_context_new(config, &context));
    OK(onb_config_free(config));
    return context;
}

void contexts_make(contexts *both, onb_protocol version)
{
    identity_make(&both->id, "localhost");
    both->server = context_of(server_config(&both->id, version));
    both->client = context_of(client_config(&both->id, version));
}

void contexts_free(contexts *both)
{
    OK(onb_context_free(both->server));
    OK(onb_context_free(both->client));
    identity_free(&both->id);
}
