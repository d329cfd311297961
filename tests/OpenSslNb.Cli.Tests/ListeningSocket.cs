using System.Globalization;

namespace OpenSslNb.Cli.Tests;

/// <summary>Finds out from <c>proc(5)</c> where a process listens.</summary>
internal static class ListeningSocket
{
    private const string Listening = "0A";

    /// <summary>The port of an IPv4 socket that the process listens on; 0 when there is none.</summary>
    public static int PortOf(int process)
    {
        string?[] descriptors = [.. Directory.EnumerateFiles($"/proc/{process}/fd").Select(fd => new FileInfo(fd).LinkTarget)];
        foreach (string line in File.ReadLines($"/proc/{process}/net/tcp").Skip(1))
        {
            // Columns: number, local address:port, remote address:port, state, ..., inode.
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns[3] == Listening && descriptors.Contains($"socket:[{columns[9]}]")) return int.Parse(columns[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return 0;
    }
}
