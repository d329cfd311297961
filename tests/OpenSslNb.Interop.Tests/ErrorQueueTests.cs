using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>The error queue of a thread, poisoned on purpose, and what becomes of it.</summary>
public sealed unsafe class ErrorQueueTests
{
    private const int WrongVersionNumber = 267;
    private const int HandshakeFailureAlert = 40;

    /// <summary>Leaves an error in the calling thread's queue, as a careless caller would.</summary>
    internal static void Poison(int library, int reason, int line = 1)
    {
        fixed (byte* file = "made/up.c\0"u8)
        fixed (byte* function = "made_up\0"u8)
        {
            if (LibCrypto.ERR_new == null)
            {
                LibCrypto.ERR_put_error(library, 0, reason, file, line);
                return;
            }

            LibCrypto.ERR_new();
            ((delegate* unmanaged<byte*, int, byte*, void>)OpenSslLibrary.Required("ERR_set_debug"))(file, line, function);
            LibCrypto.ERR_set_error(library, reason, null);
        }
    }

    [SetUp]
    public void Start_with_an_empty_queue() => LibCrypto.ERR_clear_error();

    [TearDown]
    public void Leave_an_empty_queue() => LibCrypto.ERR_clear_error();

    [Test]
    public void An_entry_is_told_in_full()
    {
        Poison(CryptoConst.ERR_LIB_SSL, WrongVersionNumber, 4711);
        OpenSslError error = ErrorQueue.Drain().Single();
        Assert.That(error.LibraryCode, Is.EqualTo(CryptoConst.ERR_LIB_SSL));
        Assert.That(error.ReasonCode, Is.EqualTo(WrongVersionNumber));
        Assert.That(error.Library, Is.EqualTo("SSL routines"));
        Assert.That(error.Reason, Is.EqualTo("wrong version number"));
        Assert.That(error.File, Is.EqualTo("made/up.c"));
        Assert.That(error.Line, Is.EqualTo(4711));
        Assert.That(error.Data, Is.Empty);
        Assert.That(error.PackedCode, Is.EqualTo(OpenSslLibrary.Version.Is3OrLater ? 0x0A00010BUL : 0x1400010BUL));
        Assert.That(error.ToString(), Is.EqualTo($"SSL routines: wrong version number [{error.PackedCode:X8} made/up.c:4711]"));
    }

    [Test]
    public void All_entries_come_oldest_first_and_none_stays()
    {
        int[] reasons = [SslConst.SSL_R_BAD_LENGTH, SslConst.SSL_R_BAD_WRITE_RETRY, SslConst.SSL_R_CERTIFICATE_VERIFY_FAILED];
        foreach (int reason in reasons) Poison(CryptoConst.ERR_LIB_SSL, reason);
        OpenSslException exception = OpenSslException.FromQueue("a call failed");
        Assert.That(exception.Errors.Select(error => error.ReasonCode), Is.EqualTo(reasons));
        Assert.That(exception.Message, Does.StartWith("a call failed: SSL routines: bad length [").And.Contains("; SSL routines: bad write retry ["));
        Assert.That(LibCrypto.ERR_peek_error(), Is.Zero);
        Assert.That(ErrorQueue.Drain(), Is.Empty);
    }

    [Test]
    public void An_empty_queue_makes_an_exception_of_the_message_alone()
    {
        OpenSslException exception = OpenSslException.FromQueue("a call failed");
        Assert.That(exception.Message, Is.EqualTo("a call failed"));
        Assert.That(exception.Errors, Is.Empty);
        Assert.That(exception.Alert, Is.Null);
    }

    [Test]
    public void Each_thread_has_a_queue_of_its_own()
    {
        Poison(CryptoConst.ERR_LIB_SSL, SslConst.SSL_R_BAD_LENGTH);
        IReadOnlyList<OpenSslError>? elsewhere = null;
        var thread = new Thread(() =>
        {
            Poison(CryptoConst.ERR_LIB_PEM, CryptoConst.PEM_R_NO_START_LINE);
            elsewhere = ErrorQueue.Drain();
        });
        thread.Start();
        thread.Join();
        Assert.That(elsewhere!.Single().LibraryCode, Is.EqualTo(CryptoConst.ERR_LIB_PEM));
        Assert.That(ErrorQueue.Drain().Single().LibraryCode, Is.EqualTo(CryptoConst.ERR_LIB_SSL));
    }

    [Test]
    public void A_system_error_is_told_in_the_systems_words()
    {
        Poison(CryptoConst.ERR_LIB_SYS, Errno.ECONNRESET);
        OpenSslError error = ErrorQueue.Drain().Single();
        Assert.That(error.LibraryCode, Is.EqualTo(CryptoConst.ERR_LIB_SYS));
        Assert.That(error.ReasonCode, Is.EqualTo(Errno.ECONNRESET));
        Assert.That(error.Reason, Is.EqualTo("Connection reset by peer"));
        Assert.That(error.PackedCode, Is.EqualTo(OpenSslLibrary.Version.Is3OrLater ? 0x80000068UL : 0x02000068UL));
    }

    [Test]
    public void What_OpenSSL_has_no_words_for_is_told_in_numbers()
    {
        const int UnknownLibrary = 123;
        Poison(UnknownLibrary, 3999);
        OpenSslError error = ErrorQueue.Drain().Single();
        Assert.That((error.LibraryCode, error.ReasonCode), Is.EqualTo((UnknownLibrary, 3999)));
        Assert.That((error.Library, error.Reason), Is.EqualTo(("lib(123)", "reason(3999)")));
    }

    [Test]
    public void Data_is_told_if_it_is_text()
    {
        const int IsText = 2;
        PoisonWithData(IsText);
        PoisonWithData(0);
        IReadOnlyList<OpenSslError> errors = ErrorQueue.Drain();
        Assert.That(errors.Select(error => error.Data), Is.EqualTo((string[])["some file", ""]));
        Assert.That(errors[0].ToString(), Does.StartWith("SSL routines: bad length (some file) ["));
    }

    // From real logs: error:1408F10B:SSL routines:ssl3_get_record:wrong version number, and its like of 3.0.
    [TestCase(0x1408F10BUL, false, 20, WrongVersionNumber)]
    [TestCase(0x0906D06CUL, false, 9, CryptoConst.PEM_R_NO_START_LINE)]
    [TestCase(0x02001002UL, false, 2, 2)]
    [TestCase(0xFF001FFFUL, false, 255, 0xFFF)]
    [TestCase(0x0A00010BUL, true, 20, WrongVersionNumber)]
    [TestCase(0x0480006CUL, true, 9, CryptoConst.PEM_R_NO_START_LINE)]
    [TestCase(0x0A0C0100UL, true, 20, 0xC0100)]
    [TestCase(0x7FFFFFFFUL, true, 255, 0x7FFFFF)]
    [TestCase(0x80000002UL, true, 2, 2)]
    [TestCase(0xFFFFFFFFUL, true, 2, int.MaxValue)]
    public void A_code_is_unpacked_as_its_generation_packs_it(ulong code, bool is3OrLater, int library, int reason) =>
        Assert.That(ErrorQueue.Unpack(code, is3OrLater), Is.EqualTo((library, reason)));

    [Test]
    public void A_parser_that_fails_tells_where_in_OpenSSL()
    {
        fixed (byte* text = "not a certificate"u8)
        {
            using SafeBioHandle bio = SafeBioHandle.Adopt(LibCrypto.BIO_new_mem_buf(text, 17));
            Assert.That((long)LibCrypto.PEM_read_bio_X509(bio.Pointer, 0, null, null), Is.Zero);
        }

        OpenSslError error = ErrorQueue.Drain().Single();
        Assert.That((error.LibraryCode, error.ReasonCode), Is.EqualTo((CryptoConst.ERR_LIB_PEM, CryptoConst.PEM_R_NO_START_LINE)));
        Assert.That((error.Library, error.Reason), Is.EqualTo(("PEM routines", "no start line")));
        Assert.That(error.File, Does.EndWith("pem_lib.c"));
        Assert.That(error.Line, Is.Positive);
    }

    [Test]
    public void An_alert_that_the_peer_sends_is_in_the_exception()
    {
        using var pair = new HandshakePair();
        Assert.That(pair.HandshakeOf(pair.Client), Is.EqualTo(SslConst.SSL_ERROR_WANT_READ));
        Assert.That(pair.HandshakeOf(pair.Server), Is.EqualTo(SslConst.SSL_ERROR_SSL), "it has no certificate");
        OpenSslException server = OpenSslException.FromQueue("the server failed");
        Assert.That(pair.HandshakeOf(pair.Client), Is.EqualTo(SslConst.SSL_ERROR_SSL));
        OpenSslException client = OpenSslException.FromQueue("the client failed");

        Assert.That(server.Alert, Is.Null, "it sent the alert");
        Assert.That(client.Alert, Is.EqualTo(HandshakeFailureAlert));
        Assert.That(client.Message, Does.Contain("alert handshake failure"));
    }

    [TestCase(CryptoConst.ERR_LIB_SSL, 1010, ExpectedResult = 10)]
    [TestCase(CryptoConst.ERR_LIB_SSL, 1255, ExpectedResult = 255)]
    [TestCase(CryptoConst.ERR_LIB_SSL, 1256, ExpectedResult = null)]
    [TestCase(CryptoConst.ERR_LIB_SSL, 1000, ExpectedResult = null)]
    [TestCase(CryptoConst.ERR_LIB_SSL, 40, ExpectedResult = null)]
    [TestCase(CryptoConst.ERR_LIB_PEM, 1040, ExpectedResult = null)]
    public int? An_alert_is_a_reason_above_1000_of_the_TLS_part(int library, int reason) =>
        new OpenSslException("", [default, new OpenSslError(0, library, reason, "", "", "", 0, "")]).Alert;

    [Test]
    public void An_entry_without_content_can_be_printed_too() => Assert.That(default(OpenSslError).ToString(), Does.Contain("00000000"));

    // Not text means: bytes that OpenSSL keeps for itself. The text is a constant, so it stays where it is.
    private static void PoisonWithData(int flags)
    {
        Poison(CryptoConst.ERR_LIB_SSL, SslConst.SSL_R_BAD_LENGTH);
        fixed (byte* data = "some file\0"u8)
        {
            ((delegate* unmanaged<byte*, int, void>)OpenSslLibrary.Required("ERR_set_error_data"))(data, flags);
        }
    }
}
