using System.Runtime.InteropServices;

namespace OpenSslNb.Simulation;

/// <summary>
/// Redirects what a loaded shared library imports, by rewriting its global offset table: in the simulation OpenSSL's own <c>time</c>, <c>read</c> and <c>write</c> lead to the virtual clock and the virtual kernel.
/// </summary>
/// <remarks>ELF with RELA relocations (x86-64, arm64): System V ABI, "Dynamic Linking". The table may be read-only after relocation, so its page is made writable first.</remarks>
internal static unsafe partial class ImportPatch
{
    private const int RtldDiLinkMap = 2;
    private const int PageReadWrite = 3;

    // d_tag values of the dynamic section, elf.h.
    private const long StringTable = 5;
    private const long SymbolTable = 6;
    private const long Relocations = 7;
    private const long RelocationsSize = 8;
    private const long PltRelocationsSize = 2;
    private const long PltRelocations = 23;

    /// <summary>Replaces an import in every loaded library whose file name begins so.</summary>
    /// <param name="handle">Any handle of <c>dlopen(3)</c>: the list of loaded libraries is reached from it.</param>
    /// <param name="libraryPrefix">For example <c>libcrypto.so</c>.</param>
    /// <param name="replacements">Symbol and the function that takes its place.</param>
    /// <returns>How many table entries were rewritten.</returns>
    public static int Apply(nint handle, string libraryPrefix, IReadOnlyDictionary<string, nint> replacements)
    {
        LinkMap* map;
        if (dlinfo(handle, RtldDiLinkMap, &map) != 0) throw new InvalidOperationException("the list of loaded libraries cannot be had (dlinfo(3))");
        while (map->Previous != null) map = map->Previous;
        int count = 0;
        for (; map != null; map = map->Next)
        {
            string name = Path.GetFileName(Marshal.PtrToStringUTF8((nint)map->Name) ?? "");
            if (name.StartsWith(libraryPrefix, StringComparison.Ordinal)) count += Patch(map, replacements);
        }

        return count;
    }

    private static int Patch(LinkMap* map, IReadOnlyDictionary<string, nint> replacements)
    {
        var tables = new Dictionary<long, nint>();
        for (DynamicEntry* entry = map->Dynamic; entry->Tag != 0; entry++) tables[entry->Tag] = entry->Value;

        // glibc stores absolute addresses there, musl leaves offsets.
        nint At(long tag) => tables.GetValueOrDefault(tag) is var value && value != 0 && value < map->Base ? value + map->Base : value;
        int count = PatchTable(map->Base, At(PltRelocations), tables.GetValueOrDefault(PltRelocationsSize), At(SymbolTable), At(StringTable), replacements);
        return count + PatchTable(map->Base, At(Relocations), tables.GetValueOrDefault(RelocationsSize), At(SymbolTable), At(StringTable), replacements);
    }

    private static int PatchTable(nint library, nint table, nint size, nint symbols, nint strings, IReadOnlyDictionary<string, nint> replacements)
    {
        int count = 0;
        var end = (Relocation*)(table + size);
        for (var relocation = (Relocation*)table; relocation < end; relocation++)
        {
            uint type = (uint)relocation->Info;
            if (!NamesAFunction(type)) continue;
            uint name = *(uint*)(symbols + ((nint)(relocation->Info >> 32) * SymbolSize));
            if (!replacements.TryGetValue(Marshal.PtrToStringUTF8(strings + (nint)name) ?? "", out nint replacement)) continue;
            Write((nint*)(library + relocation->Offset), replacement);
            count++;
        }

        return count;
    }

    private const int SymbolSize = 24;

    // R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT.
    private static bool NamesAFunction(uint type) => type is 6 or 7 or 1025 or 1026;

    private static void Write(nint* entry, nint value)
    {
        nint page = (nint)entry & ~(nint)(Environment.SystemPageSize - 1);
        if (mprotect(page, (nuint)Environment.SystemPageSize, PageReadWrite) != 0) throw new InvalidOperationException("the import table cannot be made writable (mprotect(2))");
        *entry = value;
    }

    [LibraryImport("libc")]
    private static partial int dlinfo(nint handle, int request, LinkMap** info);

    [LibraryImport("libc")]
    private static partial int mprotect(nint address, nuint length, int protection);

    /// <summary><c>struct link_map</c> of link.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LinkMap
    {
        public nint Base;
        public byte* Name;
        public DynamicEntry* Dynamic;
        public LinkMap* Next;
        public LinkMap* Previous;
    }

    /// <summary><c>Elf64_Dyn</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct DynamicEntry
    {
        public long Tag;
        public nint Value;
    }

    /// <summary><c>Elf64_Rela</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Relocation
    {
        public nint Offset;
        public ulong Info;
        public long Addend;
    }
}
