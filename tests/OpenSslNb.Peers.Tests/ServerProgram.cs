using System.Globalization;
using System.Net;
using System.Net.Sockets;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>A server that somebody else wrote, listening on loopback.</summary>
internal sealed class ServerProgram(ExternalProcess process, int port) : IAsyncDisposable
{
    private const int Attempts = 5;

    public ExternalProcess Process => process;

    public int Port => port;

    /// <summary>A program that picks a port itself and says it, between a prefix and anything that is not a digit.</summary>
    public static async Task<ServerProgram> StartAsync(ExternalProcess process, string prefix)
    {
        try
        {
            int start = await process.Output.WaitForEndOfTextAsync(prefix);
            byte[] digits = [];
            while (digits.Length == 0 || char.IsAsciiDigit((char)digits[^1])) digits = await process.Output.WaitForBytesAsync(digits.Length + 1, start);
            digits = [.. digits.TakeWhile(digit => char.IsAsciiDigit((char)digit))];
            return new ServerProgram(process, int.Parse(digits, CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>A program that must be told its port, a free one, and another one if it was taken in between; says on standard error, or on standard output, that it listens.</summary>
    public static async Task<ServerProgram> StartAsync(Func<int, ExternalProcess> start, string listeningText, bool onOutput = false)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = FreePort();
            ExternalProcess process = start(port);
            try
            {
                await (onOutput ? process.Output : process.Error).WaitForTextAsync(listeningText);
                return new ServerProgram(process, port);
            }
            catch (EndOfStreamException) when (attempt < Attempts)
            {
                await process.DisposeAsync();
            }
            catch
            {
                await process.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Our client, connected to it.</summary>
    public Task<TlsStream> ConnectAsync(Bench bench) =>
        TlsStream.ConnectAsync(bench.Loop, "127.0.0.1", port, bench.Client, new TlsConnectOptions { Connection = bench.Connection }).WaitAsync(ExternalProcess.Deadline);

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
