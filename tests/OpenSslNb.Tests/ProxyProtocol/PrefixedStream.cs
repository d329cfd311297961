using System.Net.Sockets;

namespace OpenSslNb.Tests.ProxyProtocol;

/// <summary>A socket's stream that sends something in front of the first thing that is written, and all of it in portions of a size.</summary>
internal sealed class PrefixedStream(Socket socket, byte[] prefix, int portion) : NetworkStream(socket, ownsSocket: false)
{
    private byte[] _prefix = prefix;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> left = _prefix.Length == 0 ? buffer : (byte[])[.. _prefix, .. buffer.Span];
        _prefix = [];
        while (!left.IsEmpty)
        {
            int count = Math.Min(portion, left.Length);
            await base.WriteAsync(left[..count], cancellationToken);
            left = left[count..];
        }
    }
}
