using System.Globalization;
using NUnit.Framework;

namespace OpenSslNb.Cli.Tests.KernelTls;

/// <summary><c>serve file</c> under <c>pretended_kernel_tls.c</c>, with a file of its own and the list of what <c>sendfile(2)</c> answered.</summary>
internal sealed class PretendedKernel : IDisposable
{
    private const string Again = "again";
    private static readonly Lazy<Task<string>> s_library = new(BuildAsync);
    private readonly string _folder = Directory.CreateTempSubdirectory("opensslnb-").FullName;

    public PretendedKernel(byte[] content) => File.WriteAllBytes(FilePath, content);

    public string FilePath => Path.Combine(_folder, "file");

    private string LogPath => Path.Combine(_folder, "log");

    /// <summary>What each attempt took; null where the socket took nothing.</summary>
    public IReadOnlyList<int?> Attempts => File.Exists(LogPath) ? [.. Complete(File.ReadAllText(LogPath)).Select(line => line == Again ? (int?)null : int.Parse(line, CultureInfo.InvariantCulture))] : [];

    /// <summary>Starts the server: TLS 1.3, where the kernel's part begins behind the handshake, and no ticket, which it would send in the clear.</summary>
    public async Task<ServeProcess> ServeAsync(string poller) => await ServeProcess.StartUnderAsync(
        [$"LD_PRELOAD={await s_library.Value}", $"PRETENDED_KERNEL_TLS_LOG={LogPath}"],
        "file", "--file", FilePath, "--kernel-tls", "--transport", "fd", "--poller", poller, "--min-protocol", "tls1.3", "--session-tickets", "0", "--metrics", "127.0.0.1:0");

    /// <summary>Waits until the socket of a client that does not read is full.</summary>
    public async Task SocketIsFullAsync()
    {
        using var deadline = new CancellationTokenSource(RunningProcess.Deadline);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!Attempts.Contains(null)) await pause.WaitForNextTickAsync(deadline.Token);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // The last line may be half written.
    private static IEnumerable<string> Complete(string text) => text.Split('\n')[..^1];

    private static async Task<string> BuildAsync()
    {
        string source = Path.Combine(Opensslnb.Root, "tests", "OpenSslNb.Cli.Tests", "KernelTls", "pretended_kernel_tls.c");
        string library = Path.Combine(AppContext.BaseDirectory, "pretended_kernel_tls.so");
        using RunningProcess compiler = RunningProcess.Start("gcc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source);
        Assert.That(await compiler.WaitForExitAsync(), Is.Zero, compiler.Error.Text);
        return library;
    }
}
