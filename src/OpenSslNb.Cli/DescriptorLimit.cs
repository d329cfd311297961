using OpenSslNb.Interop;

namespace OpenSslNb.Cli;

/// <summary>The process's limit on descriptors.</summary>
internal static unsafe class DescriptorLimit
{
    /// <summary>How many the process may have; 0 when the system does not say.</summary>
    public static long Current()
    {
        LibC.rlimit limit;
        return LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) == 0 ? (long)Math.Min(limit.rlim_cur, long.MaxValue) : 0;
    }

    /// <summary>Raises the soft limit to the hard one (<c>setrlimit(2)</c>). The old limit stays if the system refuses.</summary>
    public static void Raise()
    {
        LibC.rlimit limit;
        if (LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
        limit.rlim_cur = limit.rlim_max;
        _ = LibC.setrlimit(LibC.RLIMIT_NOFILE, &limit);
    }
}
