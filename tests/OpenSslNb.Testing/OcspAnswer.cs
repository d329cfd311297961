using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OpenSslNb.Testing;

/// <summary>An OCSP response (RFC 6960 §4.2) as a test needs it, made without the library under test.</summary>
public sealed record OcspAnswer
{
    private const string Basic = "1.3.6.1.5.5.7.48.1.1";
    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";
    private const string Sha1Oid = "1.3.14.3.2.26";
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1";

    private static readonly Asn1Tag s_tag0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag s_tag1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>Whom it is about.</summary>
    public required X509Certificate2 Certificate { get; init; }

    /// <summary>Who has issued that.</summary>
    public required X509Certificate2 Issuer { get; init; }

    /// <summary>Signs the response; of whoever it says that it is from.</summary>
    public required ECDsa Key { get; init; }

    /// <summary>0 good, 1 revoked, 2 unknown.</summary>
    public int Status { get; init; }

    /// <summary>When the answer was true.</summary>
    public DateTimeOffset ThisUpdate { get; init; } = DateTimeOffset.UtcNow.AddMinutes(-10);

    /// <summary>Until when it is good; null when it does not say.</summary>
    public DateTimeOffset? NextUpdate { get; init; } = DateTimeOffset.UtcNow.AddHours(1);

    /// <summary>Names certificates by SHA-256 in place of SHA-1.</summary>
    public bool UsesSha256 { get; init; }

    /// <summary>DER.</summary>
    public byte[] Encode()
    {
        byte[] data = ResponseData();
        var basic = new AsnWriter(AsnEncodingRules.DER);
        using (basic.PushSequence())
        {
            basic.WriteEncodedValue(data);
            using (basic.PushSequence()) basic.WriteObjectIdentifier(EcdsaWithSha256);
            basic.WriteBitString(Key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        var response = new AsnWriter(AsnEncodingRules.DER);
        using (response.PushSequence())
        {
            response.WriteEnumeratedValue(OcspStatus.Successful);
            using (response.PushSequence(s_tag0))
            using (response.PushSequence())
            {
                response.WriteObjectIdentifier(Basic);
                response.WriteOctetString(basic.Encode());
            }
        }

        return response.Encode();
    }

    private byte[] ResponseData()
    {
        var data = new AsnWriter(AsnEncodingRules.DER);
        using (data.PushSequence())
        {
            using (data.PushSequence(s_tag1)) data.WriteEncodedValue(Issuer.SubjectName.RawData);
            data.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
            using (data.PushSequence())
            using (data.PushSequence()) WriteAnswer(data);
        }

        return data.Encode();
    }

    private void WriteAnswer(AsnWriter data)
    {
        WriteId(data);
        if (Status == 1)
        {
            using (data.PushSequence(s_tag1)) data.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
        }
        else
        {
            data.WriteNull(new Asn1Tag(TagClass.ContextSpecific, Status));
        }

        data.WriteGeneralizedTime(ThisUpdate, omitFractionalSeconds: true);
        if (NextUpdate is not { } next) return;
        using (data.PushSequence(s_tag0)) data.WriteGeneralizedTime(next, omitFractionalSeconds: true);
    }

    private void WriteId(AsnWriter data)
    {
        using (data.PushSequence())
        {
            using (data.PushSequence())
            {
                data.WriteObjectIdentifier(UsesSha256 ? Sha256Oid : Sha1Oid);
                data.WriteNull();
            }

            data.WriteOctetString(Hash(Issuer.SubjectName.RawData));
            data.WriteOctetString(Hash(Issuer.PublicKey.EncodedKeyValue.RawData));
            data.WriteInteger(Certificate.SerialNumberBytes.Span);
        }
    }

    // What names a certificate in OCSP: nothing hangs on its strength.
#pragma warning disable CA5350
    private byte[] Hash(byte[] data) => UsesSha256 ? SHA256.HashData(data) : SHA1.HashData(data);
#pragma warning restore CA5350

    private enum OcspStatus
    {
        Successful = 0,
    }
}
