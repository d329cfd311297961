// Posting: eight worker threads put messages into a connection's queue, and its loop sends what has gathered there.
//
// The loop is woken once for all that is posted until it looks. Two buffers a connection: one is filled by the posters
// while the loop sends the other.
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"
#include "pattern.h"
#include "server.h"
#include "wire.h"

// Both buffers together hold the 1 MiB at which a poster waits.
enum { QUEUE_SIZE = 512 * 1024 };

struct posted {
    pthread_mutex_t mutex;
    pthread_cond_t room;
    unsigned waiting; // posters that wait for room
    bool noticed;     // the loop knows, or will be told, that there is something
    bool listed;      // is on the loop's list of woken ones
    bool abandoned;   // the connection is gone
    uint8_t *filling;
    size_t filled;
    unsigned references; // the connection, each job, and the loop's list of woken ones

    // The loop's own.
    struct connection *connection;
    struct loop *loop;
    uint8_t *sending;
    size_t sending_offset;
    size_t sending_length;
    struct posted *next_woken;
};

struct job {
    struct posted *posted;
    uint64_t messages;
    struct job *next;
};

struct worker {
    pthread_t thread;
    uint32_t number;
    pthread_mutex_t mutex;
    pthread_cond_t arrived;
    struct job *first, *last;
};

static struct worker workers[POSTED_THREADS];
static pthread_once_t workers_once = PTHREAD_ONCE_INIT;

static void release(struct posted *posted)
{
    pthread_mutex_lock(&posted->mutex);
    unsigned left = --posted->references;
    pthread_mutex_unlock(&posted->mutex);
    if (left == 0) {
        pthread_mutex_destroy(&posted->mutex);
        pthread_cond_destroy(&posted->room);
        free(posted->filling);
        free(posted->sending);
        free(posted);
    }
}

// Puts it on its loop's list, with a reference, and wakes the loop if the list was empty.
static void wake(struct posted *posted)
{
    struct loop *loop = posted->loop;
    struct posted *head = atomic_load_explicit(&loop->woken, memory_order_relaxed);
    do {
        posted->next_woken = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->woken, &head, posted, memory_order_release,
                                                    memory_order_relaxed));
    if (head == NULL) {
        uint64_t one = 1;
        while (write(loop->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
        }
    }
}

// Posts one message; false if nobody is there to get it.
static bool post(struct posted *posted, const uint8_t message[POSTED_SIZE])
{
    pthread_mutex_lock(&posted->mutex);
    while (posted->filled == QUEUE_SIZE && !posted->abandoned) {
        posted->waiting++;
        pthread_cond_wait(&posted->room, &posted->mutex);
        posted->waiting--;
    }
    bool alive = !posted->abandoned;
    bool first = alive && !posted->noticed && !posted->listed;
    if (alive) {
        memcpy(posted->filling + posted->filled, message, POSTED_SIZE);
        posted->filled += POSTED_SIZE;
        posted->noticed = true;
    }
    if (first) {
        posted->listed = true;
        posted->references++;
    }
    pthread_mutex_unlock(&posted->mutex);
    if (first) {
        wake(posted);
    }
    return alive;
}

static struct job *next_job(struct worker *worker)
{
    pthread_mutex_lock(&worker->mutex);
    while (worker->first == NULL) {
        pthread_cond_wait(&worker->arrived, &worker->mutex);
    }
    struct job *job = worker->first;
    worker->first = job->next;
    pthread_mutex_unlock(&worker->mutex);
    return job;
}

// A worker does one job after the other: a client that does not read holds up those behind it.
static void *work(void *argument)
{
    struct worker *worker = argument;
    uint8_t message[POSTED_SIZE];
    wire_put32(message, worker->number);
    memcpy(message + POSTED_HEADER, pattern_at(0), POSTED_SIZE - POSTED_HEADER);
    for (;;) {
        struct job *job = next_job(worker);
        for (uint64_t sequence = 0; sequence < job->messages; sequence++) {
            wire_put64(message + 4, sequence);
            if (!post(job->posted, message)) {
                break;
            }
        }
        release(job->posted);
        free(job);
    }
    return NULL;
}

static void start_workers(void)
{
    for (uint32_t i = 0; i < POSTED_THREADS; i++) {
        struct worker *worker = &workers[i];
        worker->number = i;
        pthread_mutex_init(&worker->mutex, NULL);
        pthread_cond_init(&worker->arrived, NULL);
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            die("pthread_create");
        }
    }
}

static struct posted *posted_of(struct connection *connection)
{
    struct posted *posted = connection->progress.posted;
    if (posted == NULL) {
        posted = must_alloc(sizeof *posted);
        *posted = (struct posted){
            .references = 1,
            .connection = connection,
            .loop = connection->loop,
            .filling = must_alloc(QUEUE_SIZE),
            .sending = must_alloc(QUEUE_SIZE),
        };
        pthread_mutex_init(&posted->mutex, NULL);
        pthread_cond_init(&posted->room, NULL);
        connection->progress.posted = posted;
    }
    return posted;
}

void posted_start(struct connection *connection, uint64_t messages)
{
    // Not before they are needed: a process with one thread is spared the locks of malloc and others.
    pthread_once(&workers_once, start_workers);
    struct posted *posted = posted_of(connection);
    pthread_mutex_lock(&posted->mutex);
    posted->references += POSTED_THREADS;
    pthread_mutex_unlock(&posted->mutex);
    for (size_t i = 0; i < POSTED_THREADS; i++) {
        struct worker *worker = &workers[i];
        struct job *job = must_alloc(sizeof *job);
        *job = (struct job){ .posted = posted, .messages = messages };
        pthread_mutex_lock(&worker->mutex);
        if (worker->first == NULL) {
            worker->first = job;
        } else {
            worker->last->next = job;
        }
        worker->last = job;
        pthread_cond_signal(&worker->arrived);
        pthread_mutex_unlock(&worker->mutex);
    }
}

// Takes what was posted, in exchange for the empty buffer.
static void take(struct posted *posted)
{
    pthread_mutex_lock(&posted->mutex);
    uint8_t *emptied = posted->sending;
    posted->sending = posted->filling;
    posted->sending_length = posted->filled;
    posted->sending_offset = 0;
    posted->filling = emptied;
    posted->filled = 0;
    posted->noticed = false;
    if (posted->waiting > 0) {
        pthread_cond_broadcast(&posted->room);
    }
    pthread_mutex_unlock(&posted->mutex);
}

size_t posted_produce(struct connection *connection, size_t budget)
{
    struct posted *posted = connection->progress.posted;
    if (posted == NULL) {
        return 0;
    }
    if (posted->sending_offset == posted->sending_length) {
        take(posted);
    }
    size_t moved = 0;
    while (posted->sending_offset < posted->sending_length && moved < budget && connection_unsent(connection) == 0) {
        size_t length = smaller(posted->sending_length - posted->sending_offset, DRAIN_SIZE);
        connection_send(connection, posted->sending + posted->sending_offset, length);
        posted->sending_offset += length;
        moved += length;
    }
    return moved;
}

void posted_abandon(struct connection *connection)
{
    struct posted *posted = connection->progress.posted;
    if (posted == NULL) {
        return;
    }
    connection->progress.posted = NULL;
    pthread_mutex_lock(&posted->mutex);
    posted->connection = NULL;
    posted->abandoned = true;
    pthread_cond_broadcast(&posted->room);
    pthread_mutex_unlock(&posted->mutex);
    release(posted);
}

void posted_wake(struct watch *waker, uint32_t events)
{
    (void)events;
    struct loop *loop = (struct loop *)((uint8_t *)waker - offsetof(struct loop, waker));
    // Edge-triggered: the counter need not be read.
    struct posted *posted = atomic_exchange_explicit(&loop->woken, NULL, memory_order_acquire);
    while (posted != NULL) {
        struct posted *next = posted->next_woken;
        pthread_mutex_lock(&posted->mutex);
        posted->listed = false;
        pthread_mutex_unlock(&posted->mutex);
        if (posted->connection != NULL) {
            connection_run(posted->connection, 0);
        }
        release(posted);
        posted = next;
    }
}
