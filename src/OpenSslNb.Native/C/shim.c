/*
 * What the library needs of C itself, so that the host's signals stay the host's.
 * Linked into libopensslnb.so with --wrap for these functions, so that the runtime inside asks here.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>

int __real_sigaction(int number, const struct sigaction *action, struct sigaction *before);

/*
 * The runtime would ignore SIGPIPE, handle SIGSEGV and SIGFPE to make exceptions of them, and interrupt its threads with SIGRTMIN for the collector. This library
 * sends with MSG_NOSIGNAL and causes neither of the others, and its threads are never long without a call of C or an allocation, where they stop by themselves:
 * so all signals stay as the host has them.
 */
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *before)
{
    (void)action;
    return __real_sigaction(number, NULL, before);
}

int __real_pthread_kill(pthread_t thread, int number);

/* The collector asks again until the thread has stopped. */
int __wrap_pthread_kill(pthread_t thread, int number)
{
    return number == SIGRTMIN ? 0 : __real_pthread_kill(thread, number);
}

sighandler_t __wrap_signal(int number, sighandler_t handler)
{
    struct sigaction now;
    (void)handler;
    if (__real_sigaction(number, NULL, &now) != 0) return SIG_ERR;
    return now.sa_handler;
}

/* A copy of a descriptor, close-on-exec; -1 and errno. Here because fcntl takes a variable list, which only C knows how to call. */
int onb_shim_duplicate(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* 0, or -1 and errno. */
int onb_shim_unblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* Blocks SIGPIPE for the calling thread. Returns 1 if one was pending already, which is then the host's. */
int onb_shim_block_sigpipe(sigset_t *before)
{
    sigset_t pipe, pending;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe, before);
    return sigismember(&pending, SIGPIPE) == 1;
}

/* Takes the SIGPIPE that came meanwhile, if it is ours, and sets the mask as it was. */
void onb_shim_restore_sigpipe(const sigset_t *before, int was_pending)
{
    if (!was_pending) {
        sigset_t pipe;
        const struct timespec none = { 0, 0 };
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        while (sigtimedwait(&pipe, NULL, &none) == SIGPIPE) continue;
    }
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument);

/* The host's signals are handled on the host's threads: those of the library block what is not their own. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    static const int own[] = { SIGSEGV, SIGFPE, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGSYS };
    sigset_t blocked, before;
    size_t i;
    int result;
    sigfillset(&blocked);
    for (i = 0; i < sizeof own / sizeof own[0]; i++) sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    result = __real_pthread_create(thread, attributes, start, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}
