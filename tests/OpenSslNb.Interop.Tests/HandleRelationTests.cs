using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>Handles that need one another, and the one that OpenSSL counts no references of.</summary>
public sealed unsafe class HandleRelationTests
{
    private const int SslIndex = 0;
    private const int ContextIndex = 1;

    [OneTimeSetUp]
    public void Watch() => Assert.That(NativeFrees.Watch(ContextIndex) && NativeFrees.Watch(SslIndex), Is.True);

    [Test]
    public void A_context_outlives_its_dispose_until_the_last_connection_is_freed()
    {
        SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        nint pointer = context.Pointer;
        int before = NativeFrees.Of(pointer);
        int live = NativeLive.Context;
        SafeSslHandle first = SafeSslHandle.Create(context);
        SafeSslHandle second = SafeSslHandle.Create(context);
        context.Dispose();
        first.Dispose();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before));
        Assert.That(NativeLive.Context, Is.EqualTo(live));
        second.Dispose();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
        Assert.That(NativeLive.Context, Is.EqualTo(live - 1));
    }

    [Test]
    public void What_the_contexts_callbacks_use_is_released_after_the_last_connection()
    {
        SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        nint pointer = context.Pointer;
        int before = NativeFrees.Of(pointer);
        var seen = new List<int>();
        context.OnReleased(() => seen.Add(NativeFrees.Of(pointer)));
        context.OnReleased(() => seen.Add(NativeFrees.Of(pointer)));
        SafeSslHandle ssl = SafeSslHandle.Create(context);
        context.Dispose();
        Assert.That(seen, Is.Empty, "a callback may still run");
        ssl.Dispose();
        ssl.Dispose();
        Assert.That(seen, Is.EqualTo((int[])[before + 1, before + 1]), "each action ran once, after SSL_CTX_free");
    }

    [Test]
    public void A_disposed_context_makes_no_connection()
    {
        SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        context.Dispose();
        int live = NativeLive.Ssl;
        Assert.That(() => SafeSslHandle.Create(context), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(NativeLive.Ssl, Is.EqualTo(live));
    }

    [Test]
    public void A_connection_that_cannot_be_made_says_why_and_keeps_no_reference()
    {
        var nothing = new SafeSslCtxHandle();
        int live = NativeLive.Ssl;
        ErrorQueueTests.Poison(CryptoConst.ERR_LIB_PEM, CryptoConst.PEM_R_NO_START_LINE);
        OpenSslException exception = Assert.Throws<OpenSslException>(() => SafeSslHandle.Create(nothing))!;
        Assert.That(exception.Message, Does.StartWith("SSL_new failed: "));
        Assert.That(exception.Errors.Single().LibraryCode, Is.EqualTo(CryptoConst.ERR_LIB_SSL), "what was in the queue before is no part of it");
        Assert.That(NativeLive.Ssl, Is.EqualTo(live));
        nothing.Dispose();
        Assert.That(nothing.DangerousRelease, Throws.TypeOf<ObjectDisposedException>(), "no reference is left to release");
    }

    [Test]
    public void Forgotten_together_a_context_and_its_connection_are_both_freed()
    {
        (nint context, nint ssl) = ForgetBoth();
        int contextBefore = NativeFrees.Of(context);
        int sslBefore = NativeFrees.Of(ssl);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(NativeFrees.Of(ssl), Is.EqualTo(sslBefore + 1));
        Assert.That(NativeFrees.Of(context), Is.EqualTo(contextBefore + 1));
    }

    [Test]
    public void A_method_that_is_nothing_cannot_be_adopted() => Assert.That(() => SafeBioMethodHandle.Adopt(0), Throws.TypeOf<OpenSslException>().With.Message.Contains("BIO_METHOD"));

    [Test]
    public void A_method_is_freed_once_and_only_when_no_reference_is_held()
    {
        long before = MappedBytes();
        SafeBioMethodHandle method = NewMethodWithHugeName();
        Assert.That(MappedBytes() - before, Is.GreaterThanOrEqualTo(HugeName), "the method copies its name");
        bool held = false;
        method.DangerousAddRef(ref held);
        method.Dispose();
        Assert.That(MappedBytes() - before, Is.GreaterThanOrEqualTo(HugeName), "it is in use");
        method.DangerousRelease();
        method.Dispose();
        Assert.That(MappedBytes() - before, Is.LessThan(HugeName));
    }

    // So large that malloc maps it by itself (mallopt(3), DEFAULT_MMAP_THRESHOLD_MAX) and mallinfo2(3) shows it.
    private const int HugeName = 48 << 20;

    private static SafeBioMethodHandle NewMethodWithHugeName()
    {
        byte* name = (byte*)NativeMemory.Alloc(HugeName + 1);
        new Span<byte>(name, HugeName).Fill((byte)'x');
        name[HugeName] = 0;
        SafeBioMethodHandle method = SafeBioMethodHandle.Adopt(LibCrypto.BIO_meth_new(LibCrypto.BIO_get_new_index(), name));
        NativeMemory.Free(name);
        return method;
    }

    // struct mallinfo2 is ten of size_t; the fifth, hblkhd, is the bytes in blocks that are mapped by themselves.
    private static long MappedBytes()
    {
        if (!NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "mallinfo2", out nint mallinfo)) Assert.Ignore("The C library has no mallinfo2 to see a BIO_METHOD freed.");
        Mallinfo info = ((delegate* unmanaged<Mallinfo>)mallinfo)();
        return (long)info.Fields[4];
    }

    private struct Mallinfo
    {
        public fixed ulong Fields[10];
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static (nint Context, nint Ssl) ForgetBoth()
    {
        SafeSslCtxHandle context = SafeSslCtxHandle.Create();
        return (context.Pointer, SafeSslHandle.Create(context).Pointer);
    }
}
