using OpenSslNb;
using OpenSslNb.BogoShim;
using OpenSslNb.Interop;

// Before it runs any test the runner asks what is there: a second process that takes over in the middle of handshakes is BoringSSL's alone.
if (args is ["-is-handshaker-supported"])
{
    Console.WriteLine("No");
    return ExitCode.Passed;
}

try
{
    Shim.Run(args);
    return ExitCode.Passed;
}
catch (NotImplementedFlagException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.NotImplemented;
}
catch (Exception e) when (e is TestFailure or FormatException or OverflowException or OpenSslException or OpenSslNotFoundException or ArgumentException or IOException or InvalidOperationException or System.Net.Sockets.SocketException)
{
    Console.Error.WriteLine(e.Message);
    return ExitCode.Failed;
}
