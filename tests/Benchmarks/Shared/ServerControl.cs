using System.Globalization;
using System.Runtime.InteropServices;

namespace OpenSslNb.Benchmarks;

/// <summary>Where each protocol listens.</summary>
internal sealed record ServerPorts(int Echo, int EchoRsa, int Source, int Sink, int Duplex, int Posted)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ports echo={Echo} echo-rsa={EchoRsa} source={Source} sink={Sink} duplex={Duplex} posted={Posted}");
}

/// <summary>What the one who runs the benchmark says on standard input, and hears on standard output.</summary>
internal static partial class ServerControl
{
    /// <summary>Tells the ports and answers questions until the end of standard input.</summary>
    public static void Serve(ServerPorts ports)
    {
        Answer(ports.ToString());
        using var input = new StreamReader(Console.OpenStandardInput());
        while (input.ReadLine() is { } line)
        {
            switch (line)
            {
                case "allocated":
                    Answer(GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
                    break;
                case "collect":
                    Collect();
                    Answer("collected");
                    break;
                default:
                    throw new InvalidDataException($"a line of standard input is neither 'allocated' nor 'collect': '{line}'");
            }
        }
    }

    /// <summary>Tells people what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Fail(Exception exception)
    {
        Console.Error.WriteLine(exception is ArgumentException or IOException ? exception.Message : exception.ToString());
        return 1;
    }

    /// <summary>Lets the process have as many descriptors as the system allows (<c>setrlimit(2)</c>). The old limit stays if the system refuses.</summary>
    public static void RaiseDescriptorLimit()
    {
        const int RlimitNofile = 7;
        if (getrlimit(RlimitNofile, out ResourceLimit limit) != 0 || limit.Soft == limit.Hard) return;
        limit.Soft = limit.Hard;
        _ = setrlimit(RlimitNofile, in limit);
    }

    private static void Answer(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _ = malloc_trim(0);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, in ResourceLimit limit);

    private struct ResourceLimit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
