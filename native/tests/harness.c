#include "harness.h"

void fail_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    if (*onb_error_message()) fprintf(stderr, "  %s: %s\n", onb_result_name(onb_error_code()), onb_error_message());
    fflush(stderr);
    abort();
}

int is_short(void)
{
    const char *value = getenv("ONB_TEST_SHORT");
    return value != NULL && *value == '1';
}
