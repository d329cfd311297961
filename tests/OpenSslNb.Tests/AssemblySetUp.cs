using NUnit.Framework;
using OpenSslNb.Interop;

namespace OpenSslNb.Tests;

/// <summary>OpenSSL is loaded before any test: .NET's own cryptography loads the system's, and the libssl of another folder would then get that one's libcrypto.</summary>
[SetUpFixture]
public sealed class AssemblySetUp
{
    [OneTimeSetUp]
    public void Load() => OpenSslLibrary.EnsureLoaded();
}
