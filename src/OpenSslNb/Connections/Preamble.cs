using System.Runtime.InteropServices;
using OpenSslNb.ProxyProtocol;
using OpenSslNb.Transport;

namespace OpenSslNb.Connections;

/// <summary>What goes over a connected socket before anybody else may use it. The loop's thread alone.</summary>
internal abstract class Preamble
{
    /// <summary>What it waits for.</summary>
    public abstract Interest Interest { get; }

    /// <summary>What has not happened, as the beginning of a sentence that ends with a time.</summary>
    public abstract string What { get; }

    /// <summary>Goes on as far as the socket allows.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="buffer">Free during the call.</param>
    /// <param name="failure">Why it will never be over; null when it may be.</param>
    /// <returns>True when it is over, and the socket is exactly behind it.</returns>
    public abstract bool TryFinish(int fd, Span<byte> buffer, out CloseOutcome? failure);

    protected static CloseOutcome Broken(int negatedErrno) =>
        new(CloseReason.Reset, new IOException($"the transport failed: {Marshal.GetPInvokeErrorMessage(-negatedErrno)} (errno {-negatedErrno})"));
}

/// <summary>Reads a PROXY header, and leaves what stands behind it in the kernel: whoever is next may read the socket as it likes.</summary>
internal sealed class ReceivedProxyHeader : Preamble
{
    // Larger than nearly every header; what is looked at behind one is copied in vain.
    private const int LookAhead = 1024;

    private readonly ProxyHeaderReader _reader = new();

    public ProxyHeader? Header => _reader.Header;

    public override Interest Interest => Interest.Read;

    public override string What => "no whole PROXY header came";

    public override bool TryFinish(int fd, Span<byte> buffer, out CloseOutcome? failure)
    {
        failure = null;
        while (Header is null && failure is null)
        {
            int seen = SocketCalls.Peek(fd, buffer[..LookAhead]);
            if (SocketCalls.IsWouldBlock(seen)) return false;
            failure = seen > 0 ? Take(fd, buffer[..seen]) : seen < 0 ? Broken(seen) : new CloseOutcome(CloseReason.Truncated, new EndOfStreamException("the peer closed before its PROXY header was complete"));
        }

        return failure is null;
    }

    // What is seen and not the whole header is taken too: left where it is, it would make the socket readable for good.
    private CloseOutcome? Take(int fd, Span<byte> seen)
    {
        try
        {
            int count = _reader.Take(seen);
            int taken = SocketCalls.Receive(fd, seen[..count]);
            return taken == count ? null : Broken(Math.Min(taken, 0));
        }
        catch (ProxyHeaderException e)
        {
            return new CloseOutcome(CloseReason.ProtocolError, e);
        }
    }
}

/// <summary>Sends a PROXY header.</summary>
internal sealed class SentProxyHeader(ProxyHeader header) : Preamble
{
    private readonly byte[] _bytes = header.ToBytes();
    private int _sent;

    public override Interest Interest => Interest.Write;

    public override string What => "the peer did not take our PROXY header";

    public override bool TryFinish(int fd, Span<byte> buffer, out CloseOutcome? failure)
    {
        failure = null;
        while (_sent < _bytes.Length)
        {
            int count = SocketCalls.Send(fd, _bytes.AsSpan(_sent));
            if (count < 0)
            {
                if (!SocketCalls.IsWouldBlock(count)) failure = Broken(count);
                return false;
            }

            _sent += count;
        }

        return true;
    }
}
