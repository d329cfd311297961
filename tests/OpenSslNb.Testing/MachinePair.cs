using OpenSslNb;

namespace OpenSslNb.Testing;

/// <summary>A client's and a server's machine, and the hand that carries bytes between them.</summary>
public sealed class MachinePair : IDisposable
{
    private readonly byte[] _plaintext = new byte[32 * 1024];

    /// <param name="server">A server's context.</param>
    /// <param name="client">A client's context.</param>
    /// <param name="peerName">Whom the client means to reach.</param>
    public MachinePair(TlsContext server, TlsContext client, string? peerName = "localhost")
    {
        Server = new SslMachine(server);
        Client = new SslMachine(client, peerName);
    }

    public SslMachine Server { get; }

    public SslMachine Client { get; }

    /// <summary>Carries what one machine has for the other, at most <paramref name="chunk"/> bytes: how many those were.</summary>
    public static int Carry(SslMachine from, SslMachine to, int chunk = int.MaxValue)
    {
        byte[] bytes = from.Output[..Math.Min(chunk, from.Output.Length)].ToArray();
        if (bytes.Length == 0) return 0;
        from.SkipOutput(bytes.Length);
        to.Feed(bytes);
        return bytes.Length;
    }

    /// <summary>Steps both handshakes and carries bytes until nothing moves any more, one way or the other.</summary>
    public void Handshake(int chunk = int.MaxValue)
    {
        for (int round = 0; round < 100_000; round++)
        {
            _ = Client.Handshake();
            _ = Server.Handshake();
            int moved = Carry(Client, Server, chunk) + Carry(Server, Client, chunk);
            if (moved == 0) return;
        }

        throw new TimeoutException("the handshake does not end");
    }

    /// <summary>Handshake, and then what the client hears of it: on TLS 1.3 the server's judgement comes after the client's handshake has ended.</summary>
    public (CloseOutcome? Server, CloseOutcome? Client) Settle()
    {
        Handshake();
        _ = Server.Read(_plaintext);
        _ = Client.Read(_plaintext);
        return (Server.Failure, Client.Failure);
    }

    /// <summary>Reads what there is, up to the point where the machine waits or is closed: the bytes, and that last step.</summary>
    public static (byte[] Data, SslStep Last) ReadAll(SslMachine machine)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[4000];
        while (true)
        {
            SslStep step = machine.Read(buffer);
            if (!step.IsDone || step.Bytes == 0) return (all.ToArray(), step);
            all.Write(buffer, 0, step.Bytes);
        }
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }
}
