using NUnit.Framework;

namespace OpenSslNb.Peers.Tests;

/// <summary>The peers that are written in other languages.</summary>
internal static class Scripts
{
    public static string PathOf(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "Scripts", name);
}
