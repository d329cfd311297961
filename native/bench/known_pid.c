#include "known_pid.h"

#include <sys/syscall.h>
#include <unistd.h>

static pid_t known;

// The program's symbol goes before the C library's.
pid_t getpid(void)
{
    return known != 0 ? known : (pid_t)syscall(SYS_getpid);
}

void known_pid_remember(void)
{
    known = getpid();
}
