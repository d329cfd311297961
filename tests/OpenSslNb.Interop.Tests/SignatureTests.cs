using System.Reflection;
using NUnit.Framework;

namespace OpenSslNb.Interop.Tests;

/// <summary>Every bound function against its prototype in the real headers: how many arguments, and of each argument and result the size and whether it is a pointer.</summary>
public sealed class SignatureTests
{
    private static readonly Type[] s_tables = [typeof(LibSsl), typeof(LibCrypto), typeof(LibC)];
    private Prototypes _prototypes = null!;

    [OneTimeSetUp]
    public void Read_the_headers() => _prototypes = Prototypes.Read([.. s_tables.SelectMany(Bound).Select(function => function.Name)]);

    [TestCaseSource(nameof(s_tables))]
    public void Each_function_is_bound_as_the_headers_declare_it(Type table)
    {
        var wrong = new List<string>();
        foreach ((string name, Type[] types) in Bound(table))
        {
            if (_prototypes.Of(name) is { } declared)
            {
                if (!Agree(types, declared)) wrong.Add($"{name} is bound as ({string.Join(", ", types.Select(t => t.ToString()))}), result first; declared as ({string.Join(", ", declared)})");
            }
            else if (!Generations.Functions.ContainsKey(name))
            {
                wrong.Add($"{name} is not declared");
            }
        }

        Assert.That(Bound(table), Is.Not.Empty);
        Assert.That(wrong, Is.Empty);
    }

    [TestCase(typeof(byte), 4, false)]
    [TestCase(typeof(int), 8, false)]
    [TestCase(typeof(int), 8, true)]
    [TestCase(typeof(nint), 4, false)]
    [TestCase(typeof(ulong), 8, true)]
    [TestCase(typeof(nuint), 8, true)]
    [TestCase(typeof(byte*), 8, false)]
    [TestCase(typeof(void), 4, false)]
    [TestCase(typeof(int), 0, false)]
    public void The_rule_itself_refuses(Type bound, int size, bool isPointer) => Assert.That(Agree(bound, new NativeType("", size, isPointer)), Is.False);

    // The result, then the arguments.
    private static IEnumerable<(string Name, Type[] Types)> Bound(Type table)
    {
        foreach (FieldInfo field in BlittableTests.FunctionPointersOf(table))
        {
            yield return (field.Name, [field.FieldType.GetFunctionPointerReturnType(), .. field.FieldType.GetFunctionPointerParameterTypes()]);
        }
    }

    private static bool Agree(Type[] bound, NativeType[] declared) => bound.Length == declared.Length && bound.Zip(declared).All(pair => Agree(pair.First, pair.Second));

    // nint stands for opaque pointers and for long alike.
    private static bool Agree(Type bound, NativeType declared)
    {
        if (bound == typeof(void)) return declared.Size == 0;
        if (bound == typeof(nint)) return declared.Size == IntPtr.Size;
        if (bound.IsPointer || bound.IsFunctionPointer) return declared.IsPointer;
        int size = bound == typeof(byte) ? sizeof(byte) : bound == typeof(int) || bound == typeof(uint) ? sizeof(int) : sizeof(long);
        return declared.Size == size && !declared.IsPointer;
    }
}
