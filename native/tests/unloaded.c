/* dlclose(3) leaves the library where it is: its threads go on, and who loads it again finds everything. */
#include <dlfcn.h>
#include <opensslnb.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);     \
            abort();                                                            \
        }                                                                       \
    } while (0)

/* A pointer to a function out of one to data, as dlsym(3) advises. */
#define LOAD(library, function) *(void **)&function##_ = dlsym(library, #function); CHECK(function##_ != NULL)

static onb_result (*onb_loop_new_)(const onb_loop_options *, onb_loop **);
static onb_result (*onb_loop_free_)(onb_loop *);
static const char *(*onb_openssl_version_)(void);

int main(void)
{
    int i;
    for (i = 0; i < 3; i++) {
        onb_loop *loop;
        void *library = dlopen(ONB_FILE, RTLD_NOW | RTLD_LOCAL);
        CHECK(library != NULL);
        LOAD(library, onb_loop_new);
        LOAD(library, onb_loop_free);
        LOAD(library, onb_openssl_version);
        CHECK(onb_openssl_version_() != NULL);
        CHECK(onb_loop_new_(NULL, &loop) == ONB_OK);
        if (i < 2) CHECK(onb_loop_free_(loop) == ONB_OK);
        CHECK(dlclose(library) == 0);
    }
    return 0;
}
