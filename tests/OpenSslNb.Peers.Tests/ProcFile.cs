using System.Globalization;

namespace OpenSslNb.Peers.Tests;

/// <summary>What the kernel says about a process's threads: <c>proc(5)</c>.</summary>
internal static class ProcFile
{
    /// <summary>The threads of a process that bear this name.</summary>
    public static int[] ThreadsNamed(string process, string name) =>
        [.. Directory.EnumerateDirectories($"/proc/{process}/task").Where(path => ReadOrEmpty($"{path}/comm").Trim() == name).Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];

    /// <summary>CPU time of a thread, user and system, in clock ticks (a hundredth of a second each on Linux).</summary>
    public static long CpuTicks(string process, int thread)
    {
        string stat = File.ReadAllText($"/proc/{process}/task/{thread}/stat");

        // Behind the name, which may hold anything: field 3 is the first, utime is field 14.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>How often a thread has gone to sleep of its own will: for a loop, each is a return to the poller.</summary>
    public static long Sleeps(string process, int thread)
    {
        string line = File.ReadLines($"/proc/{process}/task/{thread}/status").First(l => l.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(line.IndexOf(':') + 1), CultureInfo.InvariantCulture);
    }

    /// <summary>The numbers of the descriptors that a process has open.</summary>
    public static int[] Descriptors(int process) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Select(path => int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture))];

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // The thread has ended.
            return "";
        }
    }
}
