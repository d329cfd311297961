using System.Globalization;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>What the kernel says about a process: <c>proc(5)</c>.</summary>
internal static class ProcessFacts
{
    /// <summary>Most memory that it has had at a time, in bytes.</summary>
    public static long PeakMemory(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
