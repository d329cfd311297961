using System.Runtime.InteropServices;
using NUnit.Framework;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Tests;

/// <summary>Programs that were compiled with another header than the library's.</summary>
public sealed unsafe class VersionedTests
{
    [Test]
    public void A_program_with_an_older_header_has_zeros_for_what_it_does_not_know()
    {
        var older = new Older { Size = (nuint)sizeof(Older), First = 7 };
        Grown seen = Versioned.Read((Grown*)&older, "options");
        Assert.That((seen.First, seen.Second), Is.EqualTo((7, 0)));
    }

    [Test]
    public void A_program_with_an_older_header_has_nothing_written_behind_its_struct()
    {
        Older* two = stackalloc Older[2];
        two[0].Size = (nuint)sizeof(Older);
        two[1].First = 9;
        Versioned.Write((Grown*)two, new Grown { First = 7, Second = 8 }, "info");
        Assert.That((two[0].First, two[0].Size, two[1].Size, two[1].First), Is.EqualTo((7, (nuint)sizeof(Older), (nuint)0, 9)));
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public void A_program_with_a_newer_header_is_served_as_long_as_it_asks_for_nothing_new(int more, bool isServed)
    {
        var newer = new Newer { Size = (nuint)sizeof(Newer), First = 7, Third = more };
        Assert.That(Call.Guarded(() => Assert.That(ReadNewer(newer), Is.EqualTo(7))), Is.EqualTo((int)(isServed ? Result.Ok : Result.NotSupported)));
    }

    [TestCase(0)]
    [TestCase(15)]
    [TestCase(100_000)]
    public void A_size_that_no_header_has_is_refused(int size)
    {
        var wrong = new Grown { Size = (nuint)size };
        Assert.That(Call.Guarded(() => _ = ReadGrown(wrong)), Is.EqualTo((int)Result.InvalidArgument));
        Assert.That(Fault.Last!.Result, Is.EqualTo(Result.InvalidArgument));
    }

    private static int ReadNewer(Newer newer) => Versioned.Read((Grown*)&newer, "options").First;

    private static int ReadGrown(Grown grown) => Versioned.Read(&grown, "options").First;

    [StructLayout(LayoutKind.Sequential)]
    private struct Older
    {
        public nuint Size;
        public int First;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Grown : IVersioned
    {
        public static int FirstSize => 16;

        public nuint Size;
        public int First;
        public long Second;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Newer
    {
        public nuint Size;
        public int First;
        public long Second;
        public long Third;
    }
}
