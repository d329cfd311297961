/* The child of a fork is told so by every function, and can leave by exit; before the first use a fork is nothing special. */
#include "harness.h"
#include <sys/wait.h>
#include <unistd.h>

static int status_of(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void child(contexts *both, onb_loop *loop, onb_machine *machine)
{
    onb_context *context;
    onb_config *config;
    onb_loop *another;
    char byte;
    size_t length = 1;
    int i;
    for (i = 0; i < 1000; i++) {
        CHECK_RESULT(ONB_E_FORKED, onb_config_new_client(&config));
        CHECK_RESULT(ONB_E_FORKED, onb_machine_new(both->client, "localhost", NULL, &machine));
        CHECK_RESULT(ONB_E_FORKED, onb_machine_read(machine, &byte, &length));
        CHECK_RESULT(ONB_E_FORKED, onb_machine_free(machine));
        CHECK_RESULT(ONB_E_FORKED, onb_loop_new(NULL, &another));
        CHECK_RESULT(ONB_E_FORKED, onb_loop_free(loop));
        CHECK_RESULT(ONB_E_FORKED, onb_context_free(both->server));
        CHECK_RESULT(ONB_E_FORKED, onb_send((onb_conn *)loop, "x", 1));
        CHECK_RESULT(ONB_E_FORKED, onb_context_new(NULL, &context));
        CHECK(onb_error_code() == ONB_E_FORKED && strstr(onb_error_message(), "fork") != NULL);
        CHECK(onb_openssl_version() == NULL);
        CHECK(onb_version() == ONB_VERSION);
    }
}

int main(void)
{
    contexts both;
    onb_loop *loop;
    onb_machine *machine;
    pid_t pid = fork();
    if (pid == 0) {
        contexts_make(&both, ONB_TLS1_3);
        contexts_free(&both);
        exit(11);
    }
    CHECK(status_of(pid) == 11);
    contexts_make(&both, ONB_TLS1_3);
    OK(onb_loop_new(NULL, &loop));
    OK(onb_machine_new(both.client, "localhost", NULL, &machine));
    pid = fork();
    if (pid == 0) {
        child(&both, loop, machine);
        exit(12);
    }
    CHECK(status_of(pid) == 12);
    pid = fork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    CHECK(status_of(pid) == 0);

    /* The parent goes on. */
    CHECK_RESULT(ONB_WANT_READ, onb_machine_handshake(machine));
    OK(onb_machine_free(machine));
    OK(onb_loop_free(loop));
    contexts_free(&both);
    return 0;
}
