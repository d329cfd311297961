/*
 * Prints the ABI as a C compiler sees it: sizes of structs and where their members are, and values of enums. What is exported stands before it in
 * native/abi.txt, which a test compares. A change that breaks programs needs another soname; members may be added at the end of structs that begin with their size.
 */
#include <opensslnb.h>
#include <stddef.h>
#include <stdio.h>

#define STRUCT(type) printf("struct %s %zu\n", #type, sizeof(type))
#define MEMBER(type, member) printf("  %s.%s %zu %zu\n", #type, #member, offsetof(type, member), sizeof(((type *)0)->member))
#define VALUE(name) printf("value %s %lld\n", #name, (long long)(name))

int main(void)
{
#include "abi.inc"
    return 0;
}
