using OpenSslNb.Benchmarks;
using OpenSslNb.Benchmarks.Rivals;

try
{
    ServerControl.RaiseDescriptorLimit();
    ServerPorts ports = args switch
    {
        ["sslstream", ..] => SslStreamServer.Start(args.AsSpan(1)),
        ["kestrel", ..] => await KestrelRival.StartAsync(args[1..]),
        _ => throw new ArgumentException("the first argument is sslstream or kestrel"),
    };
    ServerControl.Serve(ports);
    return 0;
}
catch (Exception e)
{
    return ServerControl.Fail(e);
}
