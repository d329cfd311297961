// getpid without a system call, for a process that never forks.
#ifndef KNOWN_PID_H
#define KNOWN_PID_H

// From now on getpid answers what it answered now, in this process and in the libraries that it has loaded.
//
// OpenSSL's random generator asks some ten times a handshake, to notice that it was copied by a fork. Where system
// calls are dear (in virtual machines, say) that is several per cent of a handshake.
void known_pid_remember(void);

#endif
