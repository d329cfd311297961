using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>What may stand in a native signature, and what the assembly shows to others.</summary>
public sealed class BlittableTests
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public;
    private static readonly Type[] s_allowed = [typeof(void), typeof(byte), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(nint), typeof(nuint)];

    /// <summary>The function table that a class is.</summary>
    internal static FieldInfo[] FunctionPointersOf(Type table) => [.. table.GetFields(AnyStatic).Where(field => field.FieldType.IsFunctionPointer)];

    [TestCase(typeof(LibSsl))]
    [TestCase(typeof(LibCrypto))]
    [TestCase(typeof(LibC))]
    public void Every_function_pointer_is_unmanaged_and_of_blittable_types(Type table)
    {
        FieldInfo[] fields = FunctionPointersOf(table);
        Assert.That(fields, Is.Not.Empty);
        Assert.That(table.GetFields(AnyStatic).Where(field => !field.IsLiteral), Is.EquivalentTo(fields), "the table holds nothing else");
        Assert.That(fields.Where(field => !field.IsInitOnly), Is.Empty, "the JIT inlines what is readonly");
        Assert.That(fields.Where(field => !IsBlittable(field.FieldType)).Select(field => $"{field.Name}: {field.FieldType}"), Is.Empty);
    }

    [Test]
    public void Nothing_is_imported_by_name()
    {
        Assembly assembly = typeof(LibC).Assembly;
        Assert.That(assembly.IsDefined(typeof(DisableRuntimeMarshallingAttribute)), Is.True);
        IEnumerable<Type> importers =
            from type in assembly.GetTypes()
            from method in type.GetMethods(AnyStatic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            where method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)
            select type;
        Assert.That(importers.Distinct(), Is.Empty, "the tables are bound at run time, so that another OpenSSL or a simulated kernel can be behind them");
    }

    [Test]
    public void Every_native_structure_holds_numbers_and_pointers_alone()
    {
        Type[] structures = [.. typeof(LibC).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public).Where(type => type.IsValueType)];
        Assert.That(structures, Is.Not.Empty);
        Assert.That(structures.Where(structure => !IsBlittable(structure)), Is.Empty);
    }

    [TestCase(typeof(string))]
    [TestCase(typeof(bool))]
    [TestCase(typeof(char))]
    [TestCase(typeof(object))]
    [TestCase(typeof(int[]))]
    [TestCase(typeof(KeyValuePair<int, string>))]
    public void The_rule_itself_refuses(Type type) => Assert.That(IsBlittable(type), Is.False);

    [Test]
    public void Only_the_exceptions_and_their_entries_are_seen_from_outside()
    {
        Type[] expected = [typeof(OpenSslException), typeof(OpenSslError), typeof(OpenSslNotFoundException)];
        Assert.That(typeof(LibC).Assembly.GetExportedTypes(), Is.EquivalentTo(expected));
        Assert.That(expected.SelectMany(type => type.GetConstructors()).Where(c => !c.DeclaringType!.IsValueType), Is.Empty, "only we make them");
    }

    private static bool IsBlittable(Type type)
    {
        if (type.IsFunctionPointer) return type.IsUnmanagedFunctionPointer && type.GetFunctionPointerParameterTypes().Append(type.GetFunctionPointerReturnType()).All(IsBlittable);
        if (type.IsPointer) return IsPointee(type.GetElementType()!);
        return s_allowed.Contains(type) || IsStructureOfNumbers(type);
    }

    // Bytes and shorts are fine behind a pointer or in a structure, but in an argument each ABI extends them in its own way.
    private static bool IsPointee(Type type) => type == typeof(byte) || IsBlittable(type);

    private static bool IsStructureOfNumbers(Type type) =>
        type is { IsValueType: true, IsPrimitive: false, IsEnum: false } && !type.IsAutoLayout
        && type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).All(f => f.FieldType == typeof(short) || IsBlittable(f.FieldType));
}
