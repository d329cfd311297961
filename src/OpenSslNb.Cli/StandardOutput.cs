using System.Runtime.InteropServices;
using OpenSslNb.Interop;

namespace OpenSslNb.Cli;

/// <summary>Standard output for data. <see cref="Console"/>'s stream drops what nobody reads any more (<c>EPIPE</c>) without a word, so a program behind a closed pipe would go on for ever.</summary>
internal static unsafe class StandardOutput
{
    private const int Fd = 1;

    /// <summary>Writes all of it, waiting for the reader as long as it takes.</summary>
    /// <exception cref="IOException">The reader is gone, the disk is full, or another fault of <c>write(2)</c>.</exception>
    public static void Write(ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            for (int written = 0; written < data.Length;)
            {
                nint count = LibC.write(Fd, pointer + written, (nuint)(data.Length - written));
                int errno = Marshal.GetLastSystemError();
                if (count >= 0) written += (int)count;
                else if (errno == Errno.EAGAIN) WaitForReader();
                else if (errno != Errno.EINTR) throw new IOException($"standard output cannot be written: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})");
            }
        }
    }

    // Whoever gave us the descriptor may have made it non-blocking.
    private static void WaitForReader()
    {
        var entry = new LibC.pollfd { fd = Fd, events = LibC.POLLOUT };
        _ = LibC.poll(&entry, 1, -1);
    }
}
