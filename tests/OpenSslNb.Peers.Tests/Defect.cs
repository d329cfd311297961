using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>What is wrong with a server's certificate.</summary>
public enum Defect
{
    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It is another server's.</summary>
    WrongName,

    /// <summary>It bears its own signature.</summary>
    SelfSigned,

    /// <summary>It is for clients.</summary>
    WrongPurpose,
}

/// <summary>Certificates that are to be refused.</summary>
internal static class Defects
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>A certificate with nothing wrong but that.</summary>
    public static IssuedCertificate Make(this Defect defect, FeatureBench bench) => defect switch
    {
        Defect.Expired => bench.Root.Issue(["localhost"], notAfter: DateTimeOffset.UtcNow.AddMinutes(-1)),
        Defect.WrongName => bench.Root.Issue(["elsewhere"]),
        Defect.SelfSigned => FeatureBench.SelfSigned(),
        _ => bench.Root.Issue(["localhost"], purpose: ClientAuthentication),
    };
}
