using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>Each handle frees its native object once, and not before its last user is done.</summary>
public sealed class HandleTests
{
    [OneTimeSetUp]
    public void Load() => OpenSslLibrary.EnsureLoaded();

    [TestCaseSource(nameof(AllKinds))]
    public void Dispose_frees_the_object_once_however_often_it_is_called(object kind)
    {
        HandleKind k = Watched(kind);
        SafeOpenSslHandle handle = k.Make();
        nint pointer = handle.Pointer;
        int before = NativeFrees.Of(pointer);
        handle.Dispose();
        handle.Dispose();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
        Assert.That(handle.IsClosed, Is.True);
    }

    [TestCaseSource(nameof(CountedKinds))]
    public void The_live_count_goes_up_and_returns(object kind)
    {
        var k = (HandleKind)kind;
        int before = k.Live!();
        SafeOpenSslHandle first = k.Make();
        SafeOpenSslHandle second = k.Make();
        Assert.That(k.Live(), Is.EqualTo(before + 2));
        first.Dispose();
        first.Dispose();
        Assert.That(k.Live(), Is.EqualTo(before + 1));
        second.Dispose();
        Assert.That(k.Live(), Is.EqualTo(before));
    }

    [TestCaseSource(nameof(AllKinds))]
    public void While_a_reference_is_held_dispose_frees_nothing(object kind)
    {
        HandleKind k = Watched(kind);
        SafeOpenSslHandle handle = k.Make();
        nint pointer = handle.Pointer;
        int before = NativeFrees.Of(pointer);
        int? live = k.Live?.Invoke();
        bool held = false;
        handle.DangerousAddRef(ref held);
        handle.Dispose();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before), "it is in use");
        Assert.That(k.Live?.Invoke(), Is.EqualTo(live));
        handle.DangerousRelease();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
        Assert.That(k.Live?.Invoke(), Is.EqualTo(live - 1));
    }

    [TestCaseSource(nameof(AllKinds))]
    public void A_reference_of_someone_else_keeps_the_object_but_not_the_handle(object kind)
    {
        HandleKind k = Watched(kind);
        SafeOpenSslHandle first = k.Make();
        nint pointer = first.Pointer;
        int before = NativeFrees.Of(pointer);
        k.UpRef(pointer);
        first.Dispose();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before), "one reference is left");
        k.Free(pointer);
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
    }

    [TestCaseSource(nameof(AllKinds))]
    public void A_forgotten_handle_is_freed_by_its_finalizer(object kind)
    {
        HandleKind k = Watched(kind);
        nint pointer = Forget(k);
        int before = NativeFrees.Of(pointer);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
    }

    [TestCaseSource(nameof(AllKinds))]
    public void Disposed_by_many_threads_at_once_it_is_freed_once(object kind)
    {
        HandleKind k = Watched(kind);
        for (int round = 0; round < 200; round++)
        {
            SafeOpenSslHandle handle = k.Make();
            nint pointer = handle.Pointer;
            int before = NativeFrees.Of(pointer);
            Parallel.For(0, 4, _ => handle.Dispose());
            Assert.That(NativeFrees.Of(pointer), Is.EqualTo(before + 1));
        }
    }

    [TestCaseSource(nameof(AdoptingKinds))]
    public void Nothing_cannot_be_adopted_and_is_not_counted(object kind)
    {
        var k = (HandleKind)kind;
        int? before = k.Live?.Invoke();
        Assert.That(() => k.Adopt!(0), Throws.TypeOf<OpenSslException>().With.Message.Contains(k.Name));
        Assert.That(k.Live?.Invoke(), Is.EqualTo(before));
    }

    private static IEnumerable<object> AllKinds => HandleKind.All;

    private static IEnumerable<object> CountedKinds => HandleKind.All.Where(kind => kind.Live is not null);

    private static IEnumerable<object> AdoptingKinds => HandleKind.All.Where(kind => kind.Adopt is not null);

    private static HandleKind Watched(object kind)
    {
        var k = (HandleKind)kind;
        if (!NativeFrees.Watch(k.ExIndex)) Assert.Ignore($"{OpenSslLibrary.Version.Text} cannot tell when it frees an {k.Name}.");
        return k;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Forget(HandleKind kind) => kind.Make().Pointer;
}
