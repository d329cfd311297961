using NUnit.Framework;

namespace OpenSslNb.BogoShim.Tests;

/// <summary>The runner's command line.</summary>
public sealed class FlagsTests
{
    [Test]
    public void A_prefix_says_which_connections_a_flag_is_for()
    {
        (ShimOptions initial, ShimOptions resume, ShimOptions retry) = Flags.Parse(["-port", "1", "-on-initial-verify-peer", "-on-resume-expect-alpn", "foo", "-on-retry-expect-no-session", "-on-shim-async"]);
        Assert.Multiple(() =>
        {
            Assert.That((initial.Port, resume.Port, retry.Port), Is.EqualTo((1, 1, 1)));
            Assert.That((initial.VerifyPeer, resume.VerifyPeer, retry.VerifyPeer), Is.EqualTo((true, false, false)));
            Assert.That((initial.ExpectAlpn, resume.ExpectAlpn, retry.ExpectAlpn), Is.EqualTo((default(string), "foo", default(string))));
            Assert.That((initial.ExpectNoSession, resume.ExpectNoSession, retry.ExpectNoSession), Is.EqualTo((false, false, true)));
            Assert.That(initial.Async, Is.True);
        });
    }

    [Test]
    public void What_is_for_the_other_process_is_passed_over_with_its_value()
    {
        (ShimOptions initial, _, _) = Flags.Parse(["-on-handshaker-max-version", "770", "-server"]);
        Assert.That((initial.MaxVersion, initial.Server), Is.EqualTo((0, true)));
    }

    [Test]
    public void A_flag_that_is_not_known_is_not_implemented()
    {
        NotImplementedFlagException? fault = Assert.Throws<NotImplementedFlagException>(() => Flags.Parse(["-port", "1", "-enable-channel-id"]));
        Assert.That(fault!.Message, Does.Contain("-enable-channel-id"));
    }

    [Test]
    public void A_value_that_is_missing_is_a_fault() => Assert.That(() => Flags.Parse(["-port"]), Throws.TypeOf<FormatException>().With.Message.Contains("-port needs a value"));

    [Test]
    public void Expectations_do_not_make_another_context()
    {
        (ShimOptions initial, ShimOptions resume, _) = Flags.Parse(["-server", "-on-resume-expect-session-miss"]);
        Assert.That(resume.ContextFlags, Is.EqualTo(initial.ContextFlags));
        (initial, resume, _) = Flags.Parse(["-server", "-on-resume-no-ticket"]);
        Assert.That(resume.ContextFlags, Is.Not.EqualTo(initial.ContextFlags));
    }

    [Test]
    public void A_group_that_OpenSSL_does_not_have_is_not_implemented() => Assert.Throws<NotImplementedFlagException>(() => Names.Groups([0x6399]));

    [Test]
    public void What_a_credential_is_begun_for_is_its_own_from_there_on()
    {
        (ShimOptions options, _, _) = Flags.Parse(["-cert-file", "first", "-new-x509-credential", "-cert-file", "second", "-signing-prefs", "2052", "-new-rpk-credential", "-key-file", "third"]);
        Assert.Multiple(() =>
        {
            Assert.That(options.OwnCredentials.Select(credential => credential.CertificateFile ?? credential.KeyFile), Is.EqualTo(new[] { "second", "third", "first" }));
            Assert.That(options.CredentialAt(-1)!.CertificateFile, Is.EqualTo("first"));
            Assert.That(options.CredentialAt(0)!.SigningPrefs, Is.EqualTo(new[] { 2052 }));
            Assert.That(options.CredentialAt(1)!.IsRawKey, Is.True);
        });
    }

    [Test]
    public void Only_the_credentials_that_were_begun_count_without_a_first_one()
    {
        (ShimOptions options, _, _) = Flags.Parse(["-new-x509-credential", "-cert-file", "only"]);
        Assert.That(options.OwnCredentials.Select(credential => credential.CertificateFile), Is.EqualTo(new[] { "only" }));
        Assert.That(options.CredentialAt(-1), Is.Null);
    }
}
