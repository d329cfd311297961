using OpenSslNb;
using OpenSslNb.Benchmarks;
using OpenSslNb.Benchmarks.EngineServer;

try
{
    ServerControl.RaiseDescriptorLimit();
    using var server = Server.Start(args);
    ServerControl.Serve(server.Ports);
    return 0;
}
catch (Exception e)
{
    return ServerControl.Fail(e);
}
