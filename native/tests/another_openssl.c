/* A libcrypto that nobody should load: it ends the process. */
#include <unistd.h>

__attribute__((constructor)) static void loaded(void)
{
    _exit(66);
}
