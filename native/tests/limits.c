/* A process with too little of something gets a code from its first call, not an abort; and nobody outside chooses what the library does. */
#include "harness.h"
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int status_of(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* All that a program does first, in a child that has the library to itself. */
static int handshake(void)
{
    contexts both;
    pair machines;
    if (onb_openssl_version() == NULL) return onb_error_code() == ONB_E_NO_MEMORY && strlen(onb_error_message()) > 10 ? 20 : 21;
    contexts_make(&both, ONB_TLS1_3);
    pair_make(&machines, both.client, both.server, "localhost");
    pair_connect(&machines);
    pair_free(&machines);
    contexts_free(&both);
    return 10;
}

static int within(int resource, rlim_t limit)
{
    struct rlimit limits = { limit, limit };
    pid_t pid = fork();
    if (pid == 0) {
        CHECK(setrlimit(resource, &limits) == 0);
        exit(handshake());
    }
    return status_of(pid);
}

static int with(const char *variable, const char *value)
{
    pid_t pid = fork();
    if (pid == 0) {
        CHECK(setenv(variable, value, 1) == 0);
        exit(handshake());
    }
    return status_of(pid);
}

int main(void)
{
    pid_t pid;

    /* Names and versions start nothing. */
    CHECK(onb_version() == ONB_VERSION && strcmp(onb_result_name(ONB_E_FORKED), "ONB_E_FORKED") == 0);
    CHECK(onb_error_code() == ONB_OK && strcmp(onb_error_message(), "") == 0);
    CHECK(within(RLIMIT_AS, (rlim_t)16000 << 20) == 10);
    CHECK(within(RLIMIT_AS, (rlim_t)2000 << 20) == 10);
    CHECK(within(RLIMIT_AS, (rlim_t)600 << 20) == 10);
    CHECK(within(RLIMIT_AS, (rlim_t)100 << 20) == 20);
    CHECK(within(RLIMIT_DATA, (rlim_t)1 << 20) == 20);
    CHECK(with("DOTNET_GCRegionSize", "1") == 10);
    CHECK(with("DOTNET_GCHeapHardLimit", "1") == 10);
    CHECK(with("DOTNET_GCLargePages", "1") == 10);

    /* What was refused once is tried again. */
    pid = fork();
    if (pid == 0) {
        struct rlimit limits, little;
        onb_config *config;
        CHECK(getrlimit(RLIMIT_DATA, &limits) == 0);
        little.rlim_cur = 1 << 20;
        little.rlim_max = limits.rlim_max;
        CHECK(setrlimit(RLIMIT_DATA, &little) == 0);
        CHECK_RESULT(ONB_E_NO_MEMORY, onb_config_new_client(&config));
        CHECK(onb_error_code() == ONB_E_NO_MEMORY);
        onb_error_clear();
        CHECK(onb_error_code() == ONB_OK);
        CHECK(setrlimit(RLIMIT_DATA, &limits) == 0);
        exit(handshake());
    }
    CHECK(status_of(pid) == 10);
    return 0;
}
