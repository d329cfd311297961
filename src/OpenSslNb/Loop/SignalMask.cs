using OpenSslNb.Interop;

namespace OpenSslNb.Loop;

/// <summary>
/// A write to a closed socket raises SIGPIPE, which ends a process that does not ignore it. OpenSSL's own socket BIO writes without <c>MSG_NOSIGNAL</c>, and the host's disposition is not ours
/// to change; so the loop's thread blocks the signal for itself (<c>pthread_sigmask(3)</c>): SIGPIPE goes to the thread that caused it.
/// </summary>
internal static unsafe class SignalMask
{
    public static void BlockSigPipe()
    {
        LibC.sigset_t set;
        _ = LibC.sigemptyset(&set);
        _ = LibC.sigaddset(&set, LibC.SIGPIPE);
        int error = LibC.pthread_sigmask(LibC.SIG_BLOCK, &set, null);
        if (error != 0) throw new IOException($"pthread_sigmask failed (errno {error})");
    }
}
