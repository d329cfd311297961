using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>The OpenSSL that this machine has.</summary>
public sealed unsafe class LoadedLibraryTests
{
    private static readonly Type[] s_tables = [typeof(LibSsl), typeof(LibCrypto)];

    [OneTimeSetUp]
    public void Load() => OpenSslLibrary.EnsureLoaded();

    [Test]
    public void Its_version_is_what_it_says_of_itself()
    {
        var number = (delegate* unmanaged<ulong>)OpenSslLibrary.Required("OpenSSL_version_num");
        Assert.That(OpenSslLibrary.Version.Number, Is.EqualTo(number()));
        ulong major = OpenSslLibrary.Version.Number >> 28;
        ulong minor = (OpenSslLibrary.Version.Number >> 20) & 0xFF;
        Assert.That(OpenSslLibrary.Version.Text, Does.StartWith($"OpenSSL {major}.{minor}."));
    }

    [Test]
    public void It_comes_from_the_folder_that_is_named()
    {
        string[] mapped = [.. File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..]).Where(path => path.Contains("/libssl.so.", StringComparison.Ordinal)).Distinct()];
        Assert.That(mapped, Is.Not.Empty);
        if (Environment.GetEnvironmentVariable(OpenSslLibrary.DirectoryVariable) is { Length: > 0 } folder) Assert.That(mapped, Has.Some.StartsWith(Path.GetFullPath(folder)));
    }

    [Test]
    public void A_symbol_that_is_missing_is_named_with_the_version_that_lacks_it()
    {
        string message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.Required("SSL_no_such_function"))!.Message;
        Assert.That(message, Does.Contain("SSL_no_such_function").And.Contain(OpenSslLibrary.Version.Text));
        message = Assert.Throws<OpenSslNotFoundException>(() => OpenSslLibrary.RequiredAny("SSL_neither_this", "SSL_nor_that"))!.Message;
        Assert.That(message, Does.Contain("SSL_neither_this and SSL_nor_that"));
    }

    [Test]
    public void An_optional_symbol_that_is_missing_is_null()
    {
        Assert.That(OpenSslLibrary.Optional("SSL_no_such_function") == null, Is.True);
        Assert.That((nint)OpenSslLibrary.Optional("SSL_new"), Is.EqualTo((nint)LibSsl.SSL_new));
    }

    [Test]
    public void Of_several_names_the_first_that_is_there_is_taken()
    {
        Assert.That((nint)OpenSslLibrary.RequiredAny("SSL_no_such_function", "SSL_free", "SSL_new"), Is.EqualTo((nint)LibSsl.SSL_free));
    }

    [TestCaseSource(nameof(s_tables))]
    public void Each_function_of_the_table_is_the_symbol_of_its_name(Type table)
    {
        var wrong = new List<string>();
        foreach (FieldInfo field in BlittableTests.FunctionPointersOf(table))
        {
            nint expected = (nint)OpenSslLibrary.Optional(field.Name);
            if (expected == 0 && Generations.OtherName(field.Name) is { } other) expected = (nint)OpenSslLibrary.Required(other);
            if (AddressIn(field) != expected) wrong.Add(field.Name);
        }

        Assert.That(BlittableTests.FunctionPointersOf(table), Is.Not.Empty);
        Assert.That(wrong, Is.Empty);
    }

    [TestCaseSource(nameof(s_tables))]
    public void Only_functions_that_some_version_lacks_may_be_absent(Type table)
    {
        Assert.That(BlittableTests.FunctionPointersOf(table).Where(f => AddressIn(f) == 0).Select(f => f.Name).Where(name => !Generations.MayBeAbsent(name)), Is.Empty);
        Assert.That(LibCrypto.ERR_get_error_all != null || LibCrypto.ERR_get_error_line_data != null, Is.True, "there is a way to drain the queue");
    }

    [Test]
    public void The_capabilities_are_those_of_its_generation()
    {
        bool is3OrLater = OpenSslLibrary.Version.Number >> 28 >= 3;
        Assert.That(OpenSslCapabilities.HasErrGetErrorAll, Is.EqualTo(OpenSslLibrary.Optional("ERR_get_error_all") != null));
        Assert.That(OpenSslCapabilities.HasErrGetErrorAll, Is.EqualTo(is3OrLater));
        Assert.That(OpenSslCapabilities.HasAllowClientRenegotiation, Is.EqualTo(is3OrLater));
    }

    [Test]
    public void It_can_suspend_the_verification_if_the_capabilities_say_so()
    {
        // SSL_set_retry_verify(3) is a macro over this.
        const int SetRetryVerify = 136;
        using SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        using SafeSslHandle ssl = SafeSslHandle.Create(context);
        Assert.That(LibSsl.SSL_ctrl(ssl.Pointer, SetRetryVerify, 0, null) > 0, Is.EqualTo(OpenSslCapabilities.HasRetryVerify));
    }

    // FieldInfo.GetValue cannot box a function pointer; the accessor of such a field returns it as it is.
    private static nint AddressIn(FieldInfo field)
    {
        object? value = field.GetValue(null);
        return value is nint address ? address : (nint)Pointer.Unbox(value!);
    }
}
