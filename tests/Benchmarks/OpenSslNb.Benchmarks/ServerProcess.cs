using System.Globalization;

namespace OpenSslNb.Benchmarks;

/// <summary>A contender that listens.</summary>
internal sealed class ServerProcess : ChildProcess
{
    private readonly Dictionary<string, int> _ports;

    public ServerProcess(Contender contender, Identity identity)
        : base(contender.Name, [.. contender.IsPinned ? Cores.OfServer : [], Installation.Find(contender.Program, contender.Name), .. contender.Arguments, .. identity.ServerArguments], contender.Environment)
    {
        string line = Hear();
        if (!line.StartsWith("ports ", StringComparison.Ordinal)) throw Fault($"said '{line}' instead of its ports");
        _ports = line.Split(' ').Skip(1).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => int.Parse(pair[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The listener of a protocol; null when this server has none.</summary>
    public int? PortOf(string protocol) => _ports.TryGetValue(protocol, out int port) ? port : null;

    /// <summary>Managed bytes allocated so far; null when nothing is managed.</summary>
    public long? AllocatedBytes()
    {
        Tell("allocated");
        string answer = Hear();
        return answer == "-" ? null : long.Parse(answer, CultureInfo.InvariantCulture);
    }

    /// <summary>Resident memory of its own in bytes, after a collection.</summary>
    public long ResidentBytes()
    {
        Tell("collect");
        if (Hear() is var answer and not "collected") throw Fault($"said '{answer}' instead of 'collected'");
        string line = File.ReadLines($"/proc/{Id}/smaps_rollup").First(l => l.StartsWith("Pss:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
