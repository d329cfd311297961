using System.Diagnostics;
using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Peers.Tests;

/// <summary>What tests with raw public keys (RFC 7250) need: an OpenSSL of ours that has them, and programs that do.</summary>
internal static class RawKeyPeer
{
    /// <summary>Names an <c>openssl</c> of 3.2 or later where the one on the PATH is older.</summary>
    private const string ProgramVariable = "OPENSSLNB_RPK_OPENSSL";

    private static readonly Lazy<string?> s_openSsl = new(Find);

    public static void Require()
    {
        OpenSslLibrary.EnsureLoaded();
        if (!OpenSslCapabilities.HasRawPublicKeys) Assert.Ignore($"raw public keys came with OpenSSL 3.2, and this is {OpenSslLibrary.Version.Text}");
    }

    /// <summary>The program <c>openssl</c>, one that knows raw public keys.</summary>
    public static string OpenSsl()
    {
        if (s_openSsl.Value is null) Assert.Ignore($"the program openssl here knows no raw public keys: {ProgramVariable} names one of 3.2 or later");
        return s_openSsl.Value!;
    }

    private static string? Find()
    {
        string program = Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } named ? named : "openssl";
        using var process = Process.Start(new ProcessStartInfo(program, ["s_client", "-help"]) { RedirectStandardError = true, RedirectStandardOutput = true });
        if (process is null) return null;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string help = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return help.Contains("-enable_server_rpk", StringComparison.Ordinal) ? program : null;
    }
}
