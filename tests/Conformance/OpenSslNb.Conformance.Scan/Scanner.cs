using System.Diagnostics;

namespace OpenSslNb.Conformance.Scan;

/// <summary>Has testssl.sh look at this library's server.</summary>
/// <param name="Program">The command with <c>serve http</c>.</param>
/// <param name="TestSsl">testssl.sh, as it is called here.</param>
/// <param name="Folder">Where the server's certificate is, and where the findings go.</param>
internal sealed record Scanner(string Program, string TestSsl, string Folder)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    private string Certificate => Path.Combine(Folder, "cert.pem");

    private string Key => Path.Combine(Folder, "key.pem");

    /// <summary>Makes the server's certificate.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(Folder);
        int status = Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", Key, "-out", Certificate, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "90");
        if (status != 0) throw new InvalidOperationException($"openssl made no certificate (exit code {status})");
    }

    /// <param name="version">Of OpenSSL; names the file that the findings go to.</param>
    /// <param name="openSslFolder">Whose OpenSSL the server loads; null for the system's.</param>
    public Findings Scan(string version, string? openSslFolder)
    {
        var start = new ProcessStartInfo(Program, ["serve", "http", "--listen", "127.0.0.1:0", "--cert", Certificate, "--key", Key]) { RedirectStandardOutput = true };
        if (openSslFolder is not null) start.Environment["OPENSSLNB_OPENSSL_DIR"] = openSslFolder;
        string file = Path.Combine(Folder, $"findings-{version}.json");

        // testssl.sh adds to no file that is there.
        File.Delete(file);
        using Process server = Process.Start(start)!;
        try
        {
            string port = server.StandardOutput.ReadLine()?.Split(':')[^1] ?? throw new InvalidOperationException($"OpenSSL {version}: the server that is to be scanned did not begin");

            // Without the simulation of two dozen clients, which takes minutes and finds nothing. Its status counts findings.
            int status = Run(TestSsl, "--quiet", "--color", "0", "--warnings", "batch", "--ip", "one", "-p", "-s", "-f", "-P", "-S", "-h", "-U", "--jsonfile", file, $"localhost:{port}");
            if (!File.Exists(file)) throw new InvalidOperationException($"OpenSSL {version}: testssl.sh wrote no findings (exit code {status})");
        }
        finally
        {
            server.Kill();
            server.WaitForExit();
        }

        return Findings.Read(version, File.ReadAllText(file));
    }

    // What it prints goes to this terminal.
    private static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments))!;
        if (process.WaitForExit(s_patience)) return process.ExitCode;
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"{program} did not end within {s_patience.TotalMinutes} minutes");
    }
}
