using NUnit.Framework;
using OpenSslNb.Peers.Tests;
using OpenSslNb.Testing;

namespace OpenSslNb.Native.Examples.Tests;

/// <summary>The archive that embedders get, unpacked where nothing of this repository is, with its examples built by its own Makefile.</summary>
[SetUpFixture]
public sealed class Archive
{
    private static DirectoryInfo s_folder = null!;

    /// <summary>The folder that the archive holds.</summary>
    public static string Root { get; private set; } = null!;

    public static string PackageConfigPath => Path.Combine(Root, "lib/pkgconfig");

    public static string Library => Path.Combine(Root, "lib/libopensslnb.so.0");

    public static string Python => Path.Combine(Root, "examples/python");

    /// <summary>PEM files: an authority, and what it has issued to localhost.</summary>
    public static string Authority => Path.Combine(s_folder.FullName, "authority.pem");

    public static string Certificate => Path.Combine(s_folder.FullName, "certificate.pem");

    public static string Key => Path.Combine(s_folder.FullName, "key.pem");

    /// <summary>Another authority, which has issued nothing.</summary>
    public static string Stranger => Path.Combine(s_folder.FullName, "stranger.pem");

    [OneTimeSetUp]
    public static async Task UnpackAsync()
    {
        string[] archives = Directory.Exists(Repository.PathOf("artifacts/native")) ? Directory.GetFiles(Repository.PathOf("artifacts/native"), "opensslnb-*.tar.gz") : [];
        Assert.That(archives, Has.Length.EqualTo(1), "the archive is made by ./build.sh pack-native");
        s_folder = Directory.CreateTempSubdirectory("opensslnb-archive-");
        await Tool.RunAsync("tar", "tar", "-xzf", archives[0], "-C", s_folder.FullName);
        Root = Directory.GetDirectories(s_folder.FullName).Single();
        WriteCertificates();
        await Tool.RunAsync("make", "make", "-C", Path.Combine(Root, "examples"), "CFLAGS=-O2 -g -Wall -Wextra -Werror", "CXXFLAGS=-O2 -g -Wall -Wextra -Werror");
    }

    [OneTimeTearDown]
    public static void Delete() => s_folder?.Delete(recursive: true);

    /// <summary>A place for files of a test.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(s_folder.FullName, Path.GetRandomFileName())).FullName;

    /// <summary>A program that the Makefile has built; ignores the test where the package for it is missing.</summary>
    public static string Program(string name)
    {
        string path = Path.Combine(Root, "examples/build", name);
        if (!File.Exists(path)) Assert.Ignore($"{name} was not built: apt-get install {(name.StartsWith("uv", StringComparison.Ordinal) ? "libuv1-dev" : "libevent-dev")}");
        return path;
    }

    private static void WriteCertificates()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority("somebody else");
        IssuedCertificate issued = authority.Issue(["localhost", "127.0.0.1"]);
        File.WriteAllBytes(Authority, authority.Pem);
        File.WriteAllBytes(Stranger, stranger.Pem);
        File.WriteAllBytes(Certificate, issued.CertificatePem);
        File.WriteAllBytes(Key, issued.KeyPem);
    }
}
