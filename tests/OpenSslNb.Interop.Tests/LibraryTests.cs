using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>How libssl and libcrypto are found, and what is said if they are not.</summary>
public sealed unsafe class LibraryTests
{
    [Test]
    public void Without_a_folder_the_system_is_asked_for_each_generation_newest_first()
    {
        Assert.That(OpenSslLibrary.Candidates(null), Is.EqualTo(Sonames));
        Assert.That(OpenSslLibrary.Candidates(""), Is.EqualTo(Sonames));
    }

    [Test]
    public void A_named_folder_and_its_lib_folders_are_looked_into_and_nothing_else()
    {
        (string Crypto, string Ssl)[] inFolders =
        [
            .. from folder in (string[])["/opt/tls", "/opt/tls/lib", "/opt/tls/lib64"]
               from pair in Sonames
               select ($"{folder}/{pair.Crypto}", $"{folder}/{pair.Ssl}"),
        ];
        Assert.That(OpenSslLibrary.Candidates("/opt/tls"), Is.EqualTo(inFolders));
    }

    [Test]
    public void If_nothing_is_found_one_exception_names_all_that_was_searched()
    {
        using var folder = new TemporaryFolder();
        (string Crypto, string Ssl)[] inFolder = [.. OpenSslLibrary.Candidates(folder.Path)];
        (string Crypto, string Ssl)[] candidates = [.. inFolder, ("libcrypto.so.none", "libssl.so.none")];

        string message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.Load(candidates))!.Message;

        Assert.That(inFolder, Has.Length.EqualTo(9));
        foreach ((string crypto, string ssl) in candidates) Assert.That(message, Does.Contain(crypto).And.Contain(ssl));
        Assert.That(message, Does.Contain(OpenSslLibrary.DirectoryVariable), "how to help oneself");
        Assert.That(message, Does.Not.Contain("too old"));
    }

    [Test]
    public void A_file_that_is_there_and_cannot_be_loaded_is_told_with_the_reason()
    {
        using var folder = new TemporaryFolder();
        string crypto = Path.Combine(folder.Path, "libcrypto.so.3");
        File.WriteAllText(crypto, "no library");
        string message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.Load(OpenSslLibrary.Candidates(folder.Path)))!.Message;
        Assert.That(message, Does.Contain("not to be loaded").And.Match($"{crypto}.*(file too short|invalid ELF header)"));
    }

    [Test]
    public void One_that_is_too_old_is_named_with_its_version()
    {
        using var fakes = new FakeOpenSsl();
        (string, string Ssl) old = fakes.Pair(0x101000CFUL, "OpenSSL 1.1.0l  10 Sep 2019");
        nint held = Hold(old);
        string message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.Load([old]))!.Message;
        Assert.That(message, Does.Contain($"too old: {old.Ssl} is OpenSSL 1.1.0l"));
        Assert.That(InitializationsOf(held), Is.Zero, "what is not used is not initialized");
    }

    [Test]
    public void One_that_cannot_tell_its_version_is_too_old()
    {
        using var fakes = new FakeOpenSsl();
        string ancient = fakes.Ancient();
        string message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.Load([(ancient, ancient)]))!.Message;
        Assert.That(message, Does.Contain($"{ancient} is older than 1.1.0"));
    }

    [Test]
    public void The_oldest_that_will_do_is_the_release_of_1_1_1()
    {
        using var fakes = new FakeOpenSsl();
        (string, string) prerelease = fakes.Pair(0x10101009UL, "OpenSSL 1.1.1-pre9 (beta)");
        (string, string) release = fakes.Pair(0x1010100FUL, "OpenSSL 1.1.1");
        Assert.That(() => OpenSslLibrary.Load([prerelease]), Throws.TypeOf<OpenSslNotFoundException>());
        Assert.That(OpenSslLibrary.Load([release]).Version, Is.EqualTo(new OpenSslVersion(0x1010100FUL, "OpenSSL 1.1.1")));
    }

    [Test]
    public void The_first_that_will_do_is_taken_and_it_alone_is_initialized()
    {
        using var fakes = new FakeOpenSsl();
        string crypto = fakes.Crypto(0x30000000UL, "OpenSSL 3.0.0");
        (string, string Ssl) tooOld = fakes.Pair(0x10002000UL, "OpenSSL 1.0.2");
        (string, string Ssl) first = fakes.Pair(0x30600000UL, "OpenSSL 3.6.0");
        (string, string Ssl) second = fakes.Pair(0x40000000UL, "OpenSSL 4.0.0");
        nint heldFirst = Hold(first);
        nint heldSecond = Hold(second);
        OpenSslLibrary.Loaded loaded = OpenSslLibrary.Load([(fakes.Nothing, fakes.Nothing), (crypto, fakes.Nothing), tooOld, first, second]);
        Assert.That(loaded.Version.Text, Is.EqualTo("OpenSSL 3.6.0"));
        Assert.That(InitializationsOf(heldFirst), Is.EqualTo(1));
        Assert.That(InitializationsOf(heldSecond), Is.Zero);
        Assert.That(loaded.Ssl, Is.EqualTo(heldFirst));
    }

    [Test]
    public void It_is_initialized_with_error_strings_and_without_an_exit_handler()
    {
        using var fakes = new FakeOpenSsl();
        OpenSslLibrary.Loaded loaded = OpenSslLibrary.Load([fakes.Pair(0x30000000UL, "OpenSSL 3.0.0")]);
        ulong options = *(ulong*)NativeLibrary.GetExport(loaded.Ssl, "options");
        Assert.That(options, Is.EqualTo(CryptoConst.OPENSSL_INIT_NO_ATEXIT | CryptoConst.OPENSSL_INIT_LOAD_SSL_STRINGS | CryptoConst.OPENSSL_INIT_LOAD_CRYPTO_STRINGS));
    }

    [Test]
    public void The_version_is_that_of_the_libcrypto_which_libssl_uses_not_of_the_one_beside_it()
    {
        using var fakes = new FakeOpenSsl();
        string old = fakes.Crypto(0x1010006FUL, "OpenSSL 1.1.0f");
        string recent = fakes.Crypto(0x30500000UL, "OpenSSL 3.5.0");
        _ = NativeLibrary.Load(old);
        _ = NativeLibrary.Load(recent);
        Assert.That(() => OpenSslLibrary.Load([(recent, fakes.Ssl(old))]), Throws.TypeOf<OpenSslNotFoundException>().With.Message.Contains("OpenSSL 1.1.0f"));
        Assert.That(OpenSslLibrary.Load([(old, fakes.Ssl(recent))]).Version.Text, Is.EqualTo("OpenSSL 3.5.0"));
    }

    [Test]
    public void A_libcrypto_whose_libssl_is_missing_does_not_serve_the_next_candidates_libssl()
    {
        using var halfFakes = new FakeOpenSsl();
        using var wholeFakes = new FakeOpenSsl();
        string half = halfFakes.Crypto(0x30000000UL, "OpenSSL 3.0.0 without libssl", "libshared.so");
        string whole = wholeFakes.Crypto(0x30500000UL, "OpenSSL 3.5.0", "libshared.so");
        OpenSslLibrary.Loaded loaded = OpenSslLibrary.Load([(half, halfFakes.Nothing), (whole, wholeFakes.Ssl(whole))]);
        Assert.That(loaded.Version.Text, Is.EqualTo("OpenSSL 3.5.0"));
    }

    [Test]
    public void A_pair_that_is_too_old_does_not_stand_in_the_way_of_a_newer_one_with_the_same_names()
    {
        using var oldFakes = new FakeOpenSsl();
        using var newFakes = new FakeOpenSsl();
        string oldCrypto = oldFakes.Crypto(0x10101009UL, "OpenSSL 1.1.1-pre9 (beta)", "libsame.so");
        string newCrypto = newFakes.Crypto(0x1010117FUL, "OpenSSL 1.1.1w", "libsame.so");
        OpenSslLibrary.Loaded loaded = OpenSslLibrary.Load([(oldCrypto, oldFakes.Ssl(oldCrypto)), (newCrypto, newFakes.Ssl(newCrypto))]);
        Assert.That(loaded.Version.Text, Is.EqualTo("OpenSSL 1.1.1w"));
    }

    [Test]
    public void The_first_use_looks_into_the_folder_that_the_environment_names()
    {
        using var fakes = new FakeOpenSsl();
        fakes.Install("3", 0x30600000UL, "OpenSSL 3.6.0 of this folder");
        string? before = Environment.GetEnvironmentVariable(OpenSslLibrary.DirectoryVariable);
        Environment.SetEnvironmentVariable(OpenSslLibrary.DirectoryVariable, fakes.Folder);
        try
        {
            Assert.That(VersionOfAnotherCopy(), Does.Contain("OpenSSL 3.6.0 of this folder"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(OpenSslLibrary.DirectoryVariable, before);
        }
    }

    [TestCase(0x1010117FUL, false, TestName = "Version_1_1_1w_is_before_3")]
    [TestCase(0x30000000UL, true, TestName = "Version_3_0_0_is_3_or_later")]
    [TestCase(0x30000130UL, true, TestName = "Version_3_0_19_is_3_or_later")]
    [TestCase(0x30600000UL, true, TestName = "Version_3_6_0_is_3_or_later")]
    [TestCase(0x40000000UL, true, TestName = "Version_4_0_0_is_3_or_later")]
    public void A_version_knows_its_generation(ulong number, bool is3OrLater) => Assert.That(new OpenSslVersion(number, "").Is3OrLater, Is.EqualTo(is3OrLater));

    private static (string Crypto, string Ssl)[] Sonames => [("libcrypto.so.4", "libssl.so.4"), ("libcrypto.so.3", "libssl.so.3"), ("libcrypto.so.1.1", "libssl.so.1.1")];

    // Keeps a pair in the process, with its counters, whatever the loader does.
    private static nint Hold((string Crypto, string Ssl) pair)
    {
        _ = NativeLibrary.Load(pair.Crypto);
        return NativeLibrary.Load(pair.Ssl);
    }

    // The assembly once more, which has not loaded any library yet.
    private static string? VersionOfAnotherCopy()
    {
        Assembly copy = new AssemblyLoadContext("another copy").LoadFromAssemblyPath(typeof(OpenSslLibrary).Assembly.Location);
        Type library = copy.GetType(typeof(OpenSslLibrary).FullName!, throwOnError: true)!;
        Assert.That(library, Is.Not.EqualTo(typeof(OpenSslLibrary)));
        return library.GetProperty(nameof(OpenSslLibrary.Version), BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!.ToString();
    }

    private static int InitializationsOf(nint ssl) => *(int*)NativeLibrary.GetExport(ssl, "initialized");
}
