using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>Signals and limits. A signal that is blocked in this thread and not ignored by the process stays pending, so that it can be seen and does no harm.</summary>
[NonParallelizable]
public sealed unsafe partial class LibCProcessTests
{
    private const int SignalSetMask = 2;
    private const nint DefaultDisposition = 0;

    [Test]
    public void Sending_to_a_closed_peer_is_EPIPE_without_a_signal()
    {
        (int result, bool signalled) = SendToNobody(LibC.MSG_NOSIGNAL);
        Assert.That(result, Is.EqualTo(-Errno.EPIPE));
        Assert.That(signalled, Is.False);
    }

    [Test]
    public void Without_the_flag_the_same_raises_SIGPIPE()
    {
        (int result, bool signalled) = SendToNobody(0);
        Assert.That(result, Is.EqualTo(-Errno.EPIPE));
        Assert.That(signalled, Is.True, "else the test above proves nothing");
    }

    [Test]
    public void A_mask_is_put_in_force_and_the_one_before_is_told()
    {
        LibC.sigset_t pipe = OnlySigpipe();
        LibC.sigset_t before;
        LibC.sigset_t during;
        Assert.That(LibC.pthread_sigmask(LibC.SIG_BLOCK, &pipe, &before), Is.Zero);
        Assert.That(LibC.pthread_sigmask(SignalSetMask, &before, &during), Is.Zero);
        Assert.That(during.first, Is.EqualTo(before.first | pipe.first));
        Assert.That(LibC.pthread_sigmask(-1, &before, null), Is.EqualTo(22), "EINVAL, returned and not in errno");
    }

    [Test]
    public void A_set_holds_the_signals_that_were_added()
    {
        Assert.That(OnlySigpipe().first, Is.EqualTo(1UL << (LibC.SIGPIPE - 1)));
    }

    [Test]
    public void The_descriptor_limit_is_the_one_that_the_kernel_tells()
    {
        LibC.rlimit limit;
        Assert.That(LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit), Is.Zero);
        string[] words = File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(limit.rlim_cur.ToString(CultureInfo.InvariantCulture), Is.EqualTo(words[3]));
        Assert.That(limit.rlim_max.ToString(CultureInfo.InvariantCulture), Is.EqualTo(words[4]));
    }

    [Test]
    public void The_soft_descriptor_limit_can_be_lowered_and_raised_again()
    {
        LibC.rlimit original;
        Assert.That(LibC.getrlimit(LibC.RLIMIT_NOFILE, &original), Is.Zero);
        LibC.rlimit lower = original with { rlim_cur = original.rlim_cur - 1 };
        LibC.rlimit seen;
        Assert.That(LibC.setrlimit(LibC.RLIMIT_NOFILE, &lower), Is.Zero);
        Assert.That(LibC.getrlimit(LibC.RLIMIT_NOFILE, &seen), Is.Zero);
        Assert.That(LibC.setrlimit(LibC.RLIMIT_NOFILE, &original), Is.Zero);
        Assert.That((seen.rlim_cur, seen.rlim_max), Is.EqualTo((original.rlim_cur - 1, original.rlim_max)));
    }

    private static (int Result, bool Signalled) SendToNobody(int flags)
    {
        (RawSocket client, RawSocket server) = RawSocket.Pair();
        using RawSocket first = client;
        server.Dispose();
        RawSocket.Poll(client.Fd, LibC.POLLIN);

        // The first send is answered with RST; the one after it finds nobody.
        Assert.That(client.Send("x"u8, LibC.MSG_NOSIGNAL), Is.EqualTo(1));
        RawSocket.Poll(client.Fd, 0);
        _ = client.Option(LibC.SOL_SOCKET, LibC.SO_ERROR);
        LibC.sigset_t pipe = OnlySigpipe();
        LibC.sigset_t before;
        LibC.sigset_t pending;
        Assert.That(LibC.pthread_sigmask(LibC.SIG_BLOCK, &pipe, &before), Is.Zero);
        nint disposition = LibC.signal(LibC.SIGPIPE, DefaultDisposition);
        int result = client.Send("x"u8, flags);
        int asked = sigpending(&pending);

        // The runtime ignores SIGPIPE, and a pending signal that becomes ignored is dropped.
        _ = LibC.signal(LibC.SIGPIPE, disposition);
        _ = LibC.pthread_sigmask(SignalSetMask, &before, null);
        Assert.That(asked, Is.Zero);
        Assert.That(disposition, Is.EqualTo((nint)1), "SIG_IGN");
        return (result, (pending.first & pipe.first) != 0);
    }

    private static LibC.sigset_t OnlySigpipe()
    {
        LibC.sigset_t set;
        Assert.That(LibC.sigemptyset(&set), Is.Zero);
        Assert.That(LibC.sigaddset(&set, LibC.SIGPIPE), Is.Zero);
        return set;
    }

    [LibraryImport("libc")]
    private static partial int sigpending(LibC.sigset_t* set);
}
