using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>The same protocols as connection handlers of Kestrel, behind its HTTPS middleware: bytes through pipes, no HTTP.</summary>
internal static class KestrelRival
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    // Kestrel's own blocks; the others made bulk data half as dear when measured.
    private const int StandardBlock = 4 * 1024;
    private const int LargeBlock = 64 * 1024;

    public static async Task<ServerPorts> StartAsync(string[] arguments)
    {
        var parsed = new ServerArguments(arguments, "--pool-block");
        int block = parsed.Number("--pool-block", LargeBlock, least: StandardBlock);
        if (parsed.Tickets != 2) Console.Error.WriteLine("--tickets has no effect: Kestrel leaves it at OpenSSL's 2");
        var ecdsa = Identity.Load(parsed.EcdsaCertificate, parsed.EcdsaKey);
        var rsa = Identity.Load(parsed.RsaCertificate, parsed.RsaKey);
        var listeners = new List<ListenOptions>();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(Tune).ConfigureKestrel(kestrel =>
        {
            listeners.Add(Listen<EchoProtocol>(kestrel, ecdsa));
            listeners.Add(Listen<EchoProtocol>(kestrel, rsa));
            listeners.Add(Listen<SourceProtocol>(kestrel, ecdsa));
            listeners.Add(Listen<SinkProtocol>(kestrel, ecdsa));
            listeners.Add(Listen<DuplexProtocol>(kestrel, ecdsa));
            listeners.Add(Listen<PostedProtocol>(kestrel, ecdsa));
        });
        builder.Services.AddSingleton<PostWorkers>();

        // Behind Kestrel's own registration, so that it is the one which counts.
        if (block > StandardBlock) builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(new LargeBlockPool(block));
        await builder.Build().StartAsync();
        int[] ports = [.. listeners.Select(options => options.IPEndPoint!.Port)];
        return new ServerPorts(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]);
    }

    private static void Tune(SocketTransportOptions sockets)
    {
        sockets.Backlog = 4096;
        sockets.NoDelay = true;

        // 64 KiB, the standard, hold back a sender of bulk data.
        sockets.MaxWriteBufferSize = 1024 * 1024;

        // Whoever lets sockets complete inline wants the pipes to go on inline too.
        sockets.UnsafePreferInlineScheduling = Environment.GetEnvironmentVariable(InlineCompletions) == "1";
    }

    private static ListenOptions Listen<THandler>(KestrelServerOptions kestrel, Identity identity)
        where THandler : ConnectionHandler
    {
        ListenOptions? listener = null;
        kestrel.Listen(IPAddress.Loopback, 0, options =>
        {
            options.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = identity.Certificate,
                ServerCertificateChain = identity.Chain,
                SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            });
            options.UseConnectionHandler<THandler>();
            listener = options;
        });
        return listener!;
    }
}
