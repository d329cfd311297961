using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests.OpenSsl;

/// <summary>Keys without certificates, made without the library under test.</summary>
internal static class RawKeys
{
    /// <summary>Leaves a test out where OpenSSL does not have them.</summary>
    public static void Require()
    {
        OpenSslLibrary.EnsureLoaded();
        if (!OpenSslCapabilities.HasRawPublicKeys) Assert.Ignore($"raw public keys came with OpenSSL 3.2, and this is {OpenSslLibrary.Version.Text}");
    }

    /// <summary>A new P-256 key.</summary>
    public static TlsCertificate Create()
    {
        // First: .NET itself loads the system's otherwise, which may have the same soname.
        OpenSslLibrary.EnsureLoaded();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return TlsCertificate.FromPrivateKeyPem(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
    }
}
