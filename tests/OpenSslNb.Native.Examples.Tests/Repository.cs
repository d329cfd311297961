using NUnit.Framework;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>Files of the source tree.</summary>
internal static class Repository
{
    private static readonly string s_root = FindRoot();

    public static string PathOf(string relative) => Path.Combine(s_root, relative);

    public static string Text(string relative) => File.ReadAllText(PathOf(relative));

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(TestContext.CurrentContext.TestDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "OpenSslNb.sln"))) directory = directory.Parent;
        return directory?.FullName ?? throw new DirectoryNotFoundException("OpenSslNb.sln is in no folder above the tests");
    }
}
