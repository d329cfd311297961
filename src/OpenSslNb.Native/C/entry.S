/*
 * The exported functions: each looks whether the gate is open, which takes a nanosecond, and goes on to the function of the runtime with all that the caller has
 * passed, in registers and on the stack, untouched. Where the gate is not open, onb_gate_enter opens it or says why not, and the caller gets that.
 */
#include "gate.h"

#if defined(__x86_64__)

.macro ENTRY name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    cmpl $ONB_GATE_OPEN, onb_gate(%rip)
    jne 1f
    jmp managed_\name
1:  leaq managed_\name(%rip), %r11
    jmp enter
    .size \name, . - \name
.endm

    .text
    .type enter, @function
enter:
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %r8
    pushq %r9
    pushq %r11
    call onb_gate_enter
    popq %r11
    popq %r9
    popq %r8
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    testl %eax, %eax
    jne 1f
    jmp *%r11
1:  ret
    .size enter, . - enter

#elif defined(__aarch64__)

.macro ENTRY name
    .globl \name
    .type \name, %function
    .p2align 4
\name:
    adrp x16, onb_gate
    add x16, x16, :lo12:onb_gate
    ldar w17, [x16]
    cmp w17, #ONB_GATE_OPEN
    b.ne 1f
    b managed_\name
1:  adrp x17, managed_\name
    add x17, x17, :lo12:managed_\name
    b enter
    .size \name, . - \name
.endm

    .text
    .type enter, %function
enter:
    stp x29, x30, [sp, #-96]!
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    str x17, [sp, #80]
    bl onb_gate_enter
    mov w16, w0
    ldr x17, [sp, #80]
    ldp x6, x7, [sp, #64]
    ldp x4, x5, [sp, #48]
    ldp x2, x3, [sp, #32]
    ldp x0, x1, [sp, #16]
    ldp x29, x30, [sp], #96
    cbnz w16, 1f
    br x17
1:  mov w0, w16
    ret
    .size enter, . - enter

#else
#error "entry.S knows x86-64 and AArch64"
#endif

#include "entries.inc"

    .section .note.GNU-stack, "", %progbits
