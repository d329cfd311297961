using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_certificate_*</c> of one that is there.</summary>
internal static unsafe class CertificateUseExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_pem")]
    public static int Pem(nint certificate, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        return Output.Copy(own.ExportCertificatePem(), buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_key_pem")]
    public static int KeyPem(nint certificate, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        return Output.Copy(own.ExportPrivateKeyPem(), buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_pin")]
    public static int Pin(nint certificate, byte* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        return Output.CopyText(own.PublicKeyPin, buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_set_ocsp_response")]
    public static int SetOcspResponse(nint certificate, void* response, nuint length, void* issuer, nuint issuerLength) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        own.SetOcspResponse(Input.Bytes(response, length, "response"), issuer == null ? null : Input.Bytes(issuer, issuerLength, "issuer").ToArray());
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_ocsp_request")]
    public static int OcspRequest(nint certificate, void* issuer, nuint issuerLength, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        return Output.Copy(own.CreateOcspRequest(issuer == null ? null : Input.Bytes(issuer, issuerLength, "issuer").ToArray()), buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_ocsp_responder")]
    public static int OcspResponder(nint certificate, byte* buffer, nuint* length) => Call.Guarded(() =>
    {
        TlsCertificate own = Handle.Get<Shared<TlsCertificate>>(certificate, "certificate").Value;
        using HostErrors errors = HostErrors.Keep();
        Uri responder = own.OcspResponder ?? throw Refusal.State("the certificate names no OCSP responder");
        return Output.CopyText(responder.AbsoluteUri, buffer, length);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_certificate_free")]
    public static int Free(nint certificate) => Call.Guarded(() =>
    {
        if (Handle.Take<Shared<TlsCertificate>>(certificate, "certificate") is { } own) own.Release();
    });
}
