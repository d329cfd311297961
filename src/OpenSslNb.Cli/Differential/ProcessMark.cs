using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OpenSslNb.Cli.Differential;

/// <summary>A word in the environment of a process, which all that it starts inherit: so they are found wherever they went, by <c>/proc</c>.</summary>
internal sealed class ProcessMark
{
    private const string Variable = "OPENSSLNB_DIFF_PEER";

    private readonly string _word = Guid.NewGuid().ToString("N");

    public void PutOn(ProcessStartInfo start) => start.Environment[Variable] = _word;

    /// <summary>Those that run and have it; none where there is no <c>/proc</c>.</summary>
    public int[] Bearers()
    {
        byte[] entry = Encoding.ASCII.GetBytes($"{Variable}={_word}");
        return Directory.Exists("/proc") ? [.. Directory.EnumerateDirectories("/proc").Where(folder => IsIn(folder, entry)).Select(Number)] : [];
    }

    private static bool IsIn(string folder, byte[] entry)
    {
        if (Number(folder) == 0) return false;
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, "environ")).AsSpan().IndexOf(entry) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or is somebody else's.
            return false;
        }
    }

    private static int Number(string folder) => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
