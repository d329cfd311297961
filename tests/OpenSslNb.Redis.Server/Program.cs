// A TLS server of one process among several that share ticket keys: sends back what it gets.
// Arguments: CERTIFICATE KEY REDIS NAME PERIOD-SECONDS REFRESH-SECONDS. Says its port, and on standard error what goes wrong with Redis. Ends with its standard input.
using System.Globalization;
using System.Net;
using OpenSslNb;
using OpenSslNb.Redis;
using StackExchange.Redis;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

await using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(args[2]);
var options = new RedisTicketKeyOptions
{
    Name = args[3],
    Period = TimeSpan.FromSeconds(double.Parse(args[4], CultureInfo.InvariantCulture)),
    RefreshEvery = TimeSpan.FromSeconds(double.Parse(args[5], CultureInfo.InvariantCulture)),
};
await using RedisTicketKeys keys = await RedisTicketKeys.StartAsync(redis, options);
keys.RefreshFailed += fault => Console.Error.WriteLine($"the keys stay as they are: {fault.GetType().Name}");
using TlsCertificate certificate = TlsCertificate.FromPemFiles(args[0], args[1]);
using TlsContext context = TlsContext.CreateServer(new TlsServerOptions { Certificate = certificate, TicketKeys = keys });
using var loop = new EventLoop();
using TlsListener listener = TlsListener.Start(loop, new IPEndPoint(IPAddress.Loopback, 0), context, _ => new Echo());
Console.Out.WriteLine($"listening on {listener.EndPoint.Port} ");
await Console.In.ReadToEndAsync();

internal sealed class Echo : TlsConnectionHandler
{
    public override void OnReceived(TlsConnection connection, ReadOnlySpan<byte> data) => connection.Send(data);
}
