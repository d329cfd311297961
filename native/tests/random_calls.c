/*
 * Calls of every function with arguments at random, from several threads on the same objects: handles that live, that were freed, that are of another
 * kind or no handles at all; NULL and lengths that fit; never a crash, never a hang, and only results that there are.
 *
 * Functions are called through one type: all parameters are integers and pointers, which the calling conventions of Linux pass alike.
 */
#include "harness.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

typedef intptr_t (*any_function)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t);

/*
 * What each parameter takes: h a handle, o where a handle goes, s text, b bytes, n their length, r room, l the length of room, i a number, p somewhere for
 * up to 512 bytes, z a struct that begins with its size, k the callbacks of a connection, K those of a store, c a function, u a user pointer, f a socket, F a file,
 * t a list of texts, T their number, v a view of bytes, B how many of those, w a small number.
 */
typedef struct entry {
    const char *name;
    any_function function;
    const char *parameters;
} entry;

#define CALL(name, parameters) { #name, (any_function)(void (*)(void))name, parameters }

static const entry entries[] = {
#include "random_calls.inc"
};

enum { HANDLES = 256, ROOM = 4096, THREADS = 3, ENTRIES = sizeof entries / sizeof entries[0] };

static uintptr_t handles[HANDLES];
static const onb_callbacks no_callbacks = ONB_CALLBACKS_INIT;
static const char bytes[ROOM];
static onb_session_callbacks store_callbacks = ONB_SESSION_CALLBACKS_INIT;

typedef struct caller {
    uint64_t state;
    char room[2 * ROOM];
    size_t length;
    uintptr_t made;
    onb_bytes view;
    size_t calls;
} caller;

static uint64_t next(caller *own)
{
    own->state ^= own->state << 13;
    own->state ^= own->state >> 7;
    own->state ^= own->state << 17;
    return own->state;
}

static void do_nothing(void)
{
}

static void find_nothing(onb_question *question, const void *id, size_t length, void *user)
{
    (void)id;
    (void)length;
    (void)user;
    onb_answer_session(question, NULL, 0);
}

static void add_nothing(const void *id, size_t id_length, const void *session, size_t length, int64_t lifetime, void *user)
{
    (void)id;
    (void)id_length;
    (void)session;
    (void)length;
    (void)lifetime;
    (void)user;
}

static void remove_nothing(const void *id, size_t length, void *user)
{
    (void)id;
    (void)length;
    (void)user;
}

static uintptr_t handle(caller *own)
{
    switch (next(own) % 16) {
    case 0: return 0;
    case 1: return (uintptr_t)next(own);
    case 2: return (uintptr_t)(next(own) % 4096);
    case 3: return __atomic_load_n(&handles[next(own) % HANDLES], __ATOMIC_RELAXED) ^ ((uintptr_t)1 << (next(own) % 64));
    default: return __atomic_load_n(&handles[next(own) % HANDLES], __ATOMIC_RELAXED);
    }
}

static uintptr_t socket_end(caller *own)
{
    int ends[2];
    if (next(own) % 4 == 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return (uintptr_t)-1;
    close(ends[1]);
    return (uintptr_t)ends[0];
}

static uintptr_t argument(caller *own, char kind)
{
    static const char *const texts[] = { "localhost", "", "127.0.0.1", "h2", "\xff", "no.such.example", "TLS_AES_128_GCM_SHA256", "/nonexistent", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a" };
    static const int numbers[] = { 0, 1, 2, 3, -1, -2, 7, 255, 0x303, 0x304, 512, 1024, 4711, 65536, -2147483647 - 1, 2147483647 };
    int is_null = next(own) % 12 == 0;
    switch (kind) {
    case 'h': return handle(own);
    case 'o': own->made = 0; return is_null ? 0 : (uintptr_t)&own->made;
    case 's': return is_null ? 0 : (uintptr_t)texts[next(own) % (sizeof texts / sizeof texts[0])];
    case 't': return is_null ? 0 : (uintptr_t)texts;
    case 'T': return next(own) % 4;
    case 'b': return is_null ? 0 : (uintptr_t)bytes;
    case 'n': return next(own) % 8 == 0 ? 0 : next(own) % ROOM;
    case 'r': return is_null ? 0 : (uintptr_t)own->room;
    case 'l': own->length = next(own) % ROOM; return is_null ? 0 : (uintptr_t)&own->length;
    case 'i': return (uintptr_t)(intptr_t)numbers[next(own) % (sizeof numbers / sizeof numbers[0])];
    case 'w': return next(own) % 4;
    case 'B': return next(own) % 2;
    case 'p': return is_null ? 0 : (uintptr_t)own->room;
    case 'z':
        memset(own->room, 0, 512);
        *(size_t *)(void *)own->room = next(own) % 3 == 0 ? next(own) % 512 : 512;
        return is_null ? 0 : (uintptr_t)own->room;
    case 'k': return is_null ? 0 : (uintptr_t)&no_callbacks;
    case 'K': return is_null ? 0 : (uintptr_t)&store_callbacks;
    case 'c': return is_null ? 0 : (uintptr_t)do_nothing;
    case 'u': return 0;
    case 'f': return socket_end(own);
    case 'F': return is_null ? (uintptr_t)-1 : (uintptr_t)open("/dev/zero", O_RDONLY);
    case 'v':
        own->view.data = bytes;
        own->view.length = next(own) % ROOM;
        return is_null ? 0 : (uintptr_t)&own->view;
    }
    fail_at(__FILE__, __LINE__, "a parameter without a kind");
    return 0;
}

static void call_one(caller *own)
{
    const entry *chosen = &entries[next(own) % ENTRIES];
    uintptr_t values[8] = { 0 };
    int result;
    size_t i;
    for (i = 0; i < strlen(chosen->parameters); i++) values[i] = argument(own, chosen->parameters[i]);
    result = (int)chosen->function(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
    for (i = 0; i < strlen(chosen->parameters); i++) {
        if (chosen->parameters[i] == 'F' && (int)values[i] >= 0) close((int)values[i]);
        if (chosen->parameters[i] == 'f' && (int)values[i] >= 0 && (result == ONB_E_INVALID_ARGUMENT || result == ONB_E_BAD_HANDLE)) close((int)values[i]);
        if (chosen->parameters[i] == 'o' && result == ONB_OK && own->made) __atomic_store_n(&handles[next(own) % HANDLES], own->made, __ATOMIC_RELAXED);
    }
    if (result == ONB_E_INTERNAL || result < ONB_E_INTERNAL || result > ONB_FULL) {
        fprintf(stderr, "%s gave %d\n", chosen->name, result);
        fail_at(__FILE__, __LINE__, "random calls");
    }
    own->calls++;
}

static size_t calls_each;

static void *call_many(void *argument)
{
    caller *own = argument;
    while (own->calls < calls_each) call_one(own);
    return NULL;
}

/* Living objects to begin with, and again when most have been freed. */
static void plant(const contexts *both)
{
    size_t i;
    for (i = 0; i + 16 < HANDLES; i += 32) {
        onb_loop *loop;
        onb_machine *machine;
        onb_config *config;
        OK(onb_machine_new(both->client, "localhost", NULL, &machine));
        handles[i] = (uintptr_t)machine;
        OK(onb_machine_new(both->server, NULL, NULL, &machine));
        handles[i + 1] = (uintptr_t)machine;
        OK(onb_config_new_server(&config));
        handles[i + 2] = (uintptr_t)config;
        OK(i % 64 == 0 ? onb_loop_new(NULL, &loop) : onb_loop_new_driven(NULL, &loop));
        handles[i + 3] = (uintptr_t)loop;
    }
}

int main(int count, char **arguments)
{
    static caller callers[THREADS];
    pthread_t threads[THREADS];
    contexts both;
    uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 0) : 20260101;
    int round, rounds = is_short() ? 2 : 20;
    size_t i;
    calls_each = is_short() ? 500 : 10000;
    store_callbacks.find = find_nothing;
    store_callbacks.add = add_nothing;
    store_callbacks.remove = remove_nothing;
    contexts_make(&both, ONB_TLS_DEFAULT);
    for (round = 0; round < rounds; round++) {
        plant(&both);
        for (i = 0; i < THREADS; i++) {
            callers[i].state = seed * 2654435761u + (uint64_t)(round * THREADS) + i + 1;
            callers[i].calls = 0;
            CHECK(pthread_create(&threads[i], NULL, call_many, &callers[i]) == 0);
        }
        for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
        for (i = 0; i < HANDLES; i++) {
            onb_loop_free((onb_loop *)handles[i]);
            onb_machine_free((onb_machine *)handles[i]);
            handles[i] = 0;
        }
    }

    /* And it works as ever. */
    {
        pair machines;
        pair_make(&machines, both.client, both.server, "localhost");
        pair_connect(&machines);
        pair_send(&machines, machines.client, machines.server, 1000);
        pair_free(&machines);
    }
    contexts_free(&both);
    return 0;
}
