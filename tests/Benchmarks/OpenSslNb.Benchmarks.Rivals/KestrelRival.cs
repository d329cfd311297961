using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OpenSslNb.Benchmarks.Rivals;

/// <summary>The same protocols as connection handlers of Kestrel, behind its HTTPS middleware: bytes through pipes, no HTTP.</summary>
internal static class KestrelRival
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    public static async Task<ServerPorts> StartAsync(string[] arguments)
    {
        var parsed = new ServerArguments(arguments);
        if (parsed.Tickets != 2) Console.Error.WriteLine("--tickets has no effect: Kestrel leaves it at OpenSSL's 2");
        var ecdsa = Identity.Load(parsed.EcdsaCertificate, parsed.EcdsaKey);
        var rsa = Identity.Load(parsed.RsaCertificate, parsed.RsaKey);
        var listeners = new List<ListenOptions>();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<PostWorkers>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().UseSockets(sockets =>
        {
            sockets.Backlog = 4096;
            sockets.NoDelay = true;

            // Whoever lets sockets complete inline wants the pipes to go on inline too.
            sockets.UnsafePreferInlineScheduling = Environment.GetEnvironmentVariable(InlineCompletions) == "1";
        }).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Listen<EchoProtocol>(kestrel, ecdsa);
            Listen<EchoProtocol>(kestrel, rsa);
            Listen<SourceProtocol>(kestrel, ecdsa);
            Listen<SinkProtocol>(kestrel, ecdsa);
            Listen<DuplexProtocol>(kestrel, ecdsa);
            Listen<PostedProtocol>(kestrel, ecdsa);
        });
        await builder.Build().StartAsync();
        int[] ports = [.. listeners.Select(options => options.IPEndPoint!.Port)];
        return new ServerPorts(ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]);

        void Listen<THandler>(KestrelServerOptions kestrel, Identity identity)
            where THandler : ConnectionHandler
        {
            kestrel.Listen(IPAddress.Loopback, 0, options =>
            {
                options.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = identity.Certificate,
                    ServerCertificateChain = identity.Chain,
                    SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                });
                options.UseConnectionHandler<THandler>();
                listeners.Add(options);
            });
        }
    }
}
