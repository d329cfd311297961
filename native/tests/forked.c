/* The child of a fork is told so by every function, and can leave by exit; before the first use a fork is nothing special. */
#include "harness.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int stop;

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

/* Machines come and go, and with them garbage, collections and locks: a fork finds the runtime in the middle of something. */
static void *busy(void *given)
{
    contexts *both = given;
    while (!stop) {
        pair machines;
        pair_make(&machines, both->client, both->server, "localhost");
        pair_connect(&machines);
        pair_free(&machines);
    }
    return NULL;
}

static void *brief(void *given)
{
    contexts *both = given;
    onb_context *context = context_of(client_config(&both->id, ONB_TLS1_3));
    OK(onb_context_free(context));
    return NULL;
}

/* Threads that come and go: the runtime takes each in and lets it go. */
static void *spawning(void *given)
{
    while (!stop) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, brief, given) == 0 && pthread_join(thread, NULL) == 0);
    }
    return NULL;
}

static void while_busy(contexts *both)
{
    enum { FORKS = 300 };
    pthread_t threads[2];
    int i;
    CHECK(pthread_create(&threads[0], NULL, busy, both) == 0 && pthread_create(&threads[1], NULL, spawning, both) == 0);
    for (i = 0; i < FORKS; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            /* Should a call wait for what is not there, the alarm ends the child, and the test fails. */
            alarm(30);
            _exit(onb_context_free(both->client) == ONB_E_FORKED && onb_error_code() == ONB_E_FORKED ? 13 : 1);
        }
        CHECK(status_of(pid) == 13);
    }
    stop = 1;
    for (i = 0; i < 2; i++) CHECK(pthread_join(threads[i], NULL) == 0);
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

    /* Not under memcheck, which would miss in the child what only the stacks of the other threads referred to. */
    if (!is_short()) while_busy(&both);
    contexts_free(&both);
    return 0;
}
