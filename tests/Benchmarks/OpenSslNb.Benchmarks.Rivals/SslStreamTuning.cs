using System.Net.Security;
using System.Net.Sockets;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>What may be chosen around an <see cref="SslStream"/>; the defaults are what was fastest when measured.</summary>
/// <param name="Transport">What stands between it and the socket.</param>
/// <param name="BlockSize">Plaintext bytes a write.</param>
/// <param name="WaitsWithoutBuffer">A connection that waits for its peer holds no buffer: smaller when idle, one more call for each read.</param>
internal sealed record SslStreamTuning(string Transport, int BlockSize, bool WaitsWithoutBuffer)
{
    public static readonly string[] Options = ["--stream", "--block", "--idle-buffers"];

    public static SslStreamTuning From(ServerArguments arguments) => new(
        arguments.OneOf("--stream", "ahead", "network", "socket"),
        Math.Min(arguments.Number("--block", BenchmarkPattern.LongestSlice, least: 1), BenchmarkPattern.LongestSlice),
        arguments.OneOf("--idle-buffers", "kept", "returned") == "returned");

    public Stream CreateTransport(Socket socket) => Transport switch
    {
        "network" => new NetworkStream(socket, ownsSocket: true),
        "socket" => new SocketStream(socket),
        _ => new ReadAheadSocketStream(socket),
    };
}
