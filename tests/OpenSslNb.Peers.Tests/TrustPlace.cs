using System.Globalization;
using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Where an authority is kept that is to be trusted.</summary>
public enum TrustPlace
{
    PemFile,
    Memory,

    /// <summary>With files named by hash.</summary>
    Folder,

    /// <summary>The system's store, which the environment says is one file.</summary>
    SystemFile,

    /// <summary>The system's store, which the environment says is a folder with files named by hash.</summary>
    SystemFolder,

    /// <summary>The system's store, a folder with others, and a file.</summary>
    Together,
}

/// <summary>Puts authorities where they are kept.</summary>
internal static partial class TrustPlaces
{
    /// <summary>A context that is made with the trust in what is kept there. OpenSSL reads the environment while it makes it, or when it looks for an authority: the environment stays until the bench is disposed.</summary>
    public static async Task<TlsTrust> PutAsync(this TrustPlace place, FeatureBench bench, TestAuthority authority)
    {
        string file = bench.Write("kept.pem", authority.Pem);
        switch (place)
        {
            case TrustPlace.PemFile:
                return TlsTrust.FromPemFile(file);
            case TrustPlace.Memory:
                return TlsTrust.FromPem(authority.Pem);
            case TrustPlace.Folder:
                return TlsTrust.FromDirectory(await FolderAsync(bench, authority));
            case TrustPlace.SystemFile:
                _ = bench.Keep(new SystemStore(file, bench.PathOf("no-folder")));
                return TlsTrust.System;
            case TrustPlace.SystemFolder:
                _ = bench.Keep(new SystemStore(bench.PathOf("no-file"), await FolderAsync(bench, authority)));
                return TlsTrust.System;
            default:
                TestAuthority other = bench.Keep(new TestAuthority("another"));
                return TlsTrust.System.And(TlsTrust.FromDirectory(await FolderAsync(bench, other))).And(TlsTrust.FromPemFile(file));
        }
    }

    private static async Task<string> FolderAsync(FeatureBench bench, TestAuthority authority)
    {
        string folder = Directory.CreateDirectory(bench.PathOf("hashed")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "authority.pem"), authority.Pem);
        await using var openssl = ExternalProcess.Start("openssl", "openssl", "rehash", folder);
        await openssl.ExitWellAsync();
        Assert.That(Directory.GetFiles(folder, "*.0"), Has.Length.EqualTo(1), "a name that is a hash");
        return folder;
    }

    /// <summary>Has OpenSSL look elsewhere for the system's store. It asks the C library, which does not hear of <see cref="Environment.SetEnvironmentVariable(string, string?)"/>.</summary>
    private sealed partial class SystemStore : IDisposable
    {
        private readonly (string Name, string? Before)[] _before;

        public SystemStore(string file, string folder)
        {
            _before = [.. new[] { "SSL_CERT_FILE", "SSL_CERT_DIR" }.Select(name => (name, Marshal.PtrToStringUTF8(Get(name))))];
            Change("SSL_CERT_FILE", file);
            Change("SSL_CERT_DIR", folder);
        }

        public void Dispose()
        {
            foreach ((string name, string? before) in _before) Change(name, before);
        }

        private static void Change(string name, string? value)
        {
            int result = value is null ? Unset(name) : Set(name, value, 1);
            if (result != 0) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{name} cannot be changed: errno {Marshal.GetLastPInvokeError()}"));
        }

        [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
        private static partial nint Get(string name);

        [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int Set(string name, string value, int overwrite);

        [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        private static partial int Unset(string name);
    }
}
