using OpenSslNb.Interop;

namespace OpenSslNb.Simulation;

/// <summary>The contexts that all worlds of a thread share: making one costs more than a handshake. Made with randomness of their own, so that no world depends on which world came first.</summary>
internal static class WorldContexts
{
    /// <summary>The name in the simulation's certificate.</summary>
    public const string ServerName = "simulation.test";

    private const ulong ContextSeed = 20_300_101;

    [ThreadStatic]
    private static Dictionary<(bool, TlsProtocol, bool), TlsContext>? s_contexts;

    /// <summary>The context of a side.</summary>
    public static TlsContext Get(Side side, TlsProtocol protocol, bool allowRenegotiation)
    {
        s_contexts ??= [];
        (bool, TlsProtocol, bool) key = (side == Side.Server, protocol, allowRenegotiation);
        if (s_contexts.TryGetValue(key, out TlsContext? context)) return context;
        Randomness before = SimulationProcess.OpenSslRandomness;
        SimulationProcess.OpenSslRandomness = new Randomness(ContextSeed);
        try
        {
            context = side == Side.Server ? CreateServer(protocol, allowRenegotiation) : CreateClient(protocol, allowRenegotiation);
        }
        finally
        {
            SimulationProcess.OpenSslRandomness = before;
        }

        s_contexts.Add(key, context);
        return context;
    }

    /// <summary>Frees this thread's contexts.</summary>
    public static void Clear()
    {
        if (s_contexts is null) return;
        foreach (TlsContext context in s_contexts.Values) context.Dispose();
        s_contexts = null;
    }

    private static TlsContext CreateServer(TlsProtocol protocol, bool allowRenegotiation)
    {
        using var certificate = TlsCertificate.FromPem(Resource("simulation-certificate.pem"), Resource("simulation-key.pem"));
        return TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, MinimumProtocol = protocol, MaximumProtocol = protocol, AllowRenegotiation = allowRenegotiation });
    }

    private static TlsContext CreateClient(TlsProtocol protocol, bool allowRenegotiation) =>
        TlsContext.CreateClient(new TlsClientOptions { Trust = TlsTrust.FromPem(Resource("simulation-certificate.pem")), MinimumProtocol = protocol, MaximumProtocol = protocol, AllowRenegotiation = allowRenegotiation });

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(WorldContexts).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"the assembly lacks {name}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
