/*
 * What every exported function goes through before it enters the runtime, where entry.S does not find the gate open. The runtime aborts the process when it
 * cannot start, and after a fork it waits for threads that are not there: programs are promised a code in place of both.
 */
#define _GNU_SOURCE
#include "gate.h"
#include <opensslnb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HIDDEN __attribute__((visibility("hidden")))

/* Read by entry.S. */
HIDDEN int onb_gate = ONB_GATE_CLOSED;

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static __thread const char *obstacle;
static int watches_forks;

/* The heap's range of addresses, in hexadecimal, where it is not what the library was built with. */
static char region_range[32];

void managed_onb_start(void);
const char *managed_onb_openssl_version(void);
const char *managed_onb_error_message(void);
onb_result managed_onb_error_code(void);
size_t managed_onb_error_openssl(const onb_openssl_error **errors);
void managed_onb_error_clear(void);
char *__real_getenv(const char *name);

/* Nobody forks while another thread starts the runtime: half of it would be in the child. */
static void before_fork(void)
{
    pthread_mutex_lock(&starting);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&starting);
}

static void after_fork_in_child(void)
{
    if (onb_gate == ONB_GATE_OPEN) onb_gate = ONB_GATE_FORKED;
    pthread_mutex_unlock(&starting);
}

__attribute__((constructor)) static void watch_forks(void)
{
    watches_forks = pthread_atfork(before_fork, after_fork, after_fork_in_child) == 0;
}

static int can_map(size_t size, int protection)
{
    void *memory = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory != MAP_FAILED && munmap(memory, size) == 0;
}

static void *nothing(void *unused)
{
    return unused;
}

/* The collector reserves a range of addresses for its heap, once: as much as there is, and its tables beside it. */
static int choose_region_range(void)
{
    static const size_t megabytes[] = { 16384, 4096, 1024, 256 };
    size_t i;
    for (i = 0; i < sizeof megabytes / sizeof megabytes[0]; i++) {
        size_t range = megabytes[i] << 20;
        if (!can_map(range + range / 8 + (64 << 20), PROT_NONE)) continue;
        if (i > 0) snprintf(region_range, sizeof region_range, "%zx", range);
        return 1;
    }
    return 0;
}

/* Why the runtime could not start; NULL when it can. */
static const char *find_obstacle(void)
{
    pthread_t thread;
    if (!watches_forks) return "forks cannot be watched: there is no memory";
    if (!choose_region_range()) return "the process has too few addresses left for a heap (RLIMIT_AS)";
    if (!can_map(16 << 20, PROT_READ | PROT_WRITE)) return "the process has too little memory left (RLIMIT_DATA)";
    if (pthread_create(&thread, NULL, nothing, NULL) != 0) return "no thread can be started (RLIMIT_NPROC, RLIMIT_AS)";
    pthread_join(thread, NULL);
    return NULL;
}

/* ONB_OK to go on into the runtime. */
HIDDEN onb_result onb_gate_enter(void)
{
    if (onb_gate == ONB_GATE_FORKED) return ONB_E_FORKED;
    pthread_mutex_lock(&starting);
    obstacle = onb_gate == ONB_GATE_CLOSED ? find_obstacle() : NULL;
    if (obstacle == NULL && onb_gate == ONB_GATE_CLOSED) {
        managed_onb_start();
        __atomic_store_n(&onb_gate, ONB_GATE_OPEN, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&starting);
    return obstacle == NULL ? ONB_OK : ONB_E_NO_MEMORY;
}

/* The runtime's own variables are not for the host's users to set: some abort the process. */
HIDDEN char *__wrap_getenv(const char *name)
{
    if (strncmp(name, "DOTNET_", 7) == 0 || strncmp(name, "COMPlus_", 8) == 0) return strcmp(name, "DOTNET_GCRegionRange") == 0 && region_range[0] ? region_range : NULL;
    return __real_getenv(name);
}

/* What is asked without starting anything, and answered where nothing can be started. */

onb_result onb_error_code(void)
{
    if (onb_gate == ONB_GATE_OPEN) return managed_onb_error_code();
    if (onb_gate == ONB_GATE_FORKED) return ONB_E_FORKED;
    return obstacle == NULL ? ONB_OK : ONB_E_NO_MEMORY;
}

const char *onb_error_message(void)
{
    if (onb_gate == ONB_GATE_OPEN) return managed_onb_error_message();
    if (onb_gate == ONB_GATE_FORKED) return "the library is in use by the parent of this process: not after a fork";
    return obstacle == NULL ? "" : obstacle;
}

size_t onb_error_openssl(const onb_openssl_error **errors)
{
    if (onb_gate == ONB_GATE_OPEN) return managed_onb_error_openssl(errors);
    if (errors != NULL) *errors = NULL;
    return 0;
}

void onb_error_clear(void)
{
    if (onb_gate == ONB_GATE_OPEN) managed_onb_error_clear();
    else obstacle = NULL;
}

const char *onb_openssl_version(void)
{
    return onb_gate == ONB_GATE_OPEN || onb_gate_enter() == ONB_OK ? managed_onb_openssl_version() : NULL;
}
