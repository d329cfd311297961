using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using OpenSslNb.Concurrency.Scheduling;

namespace OpenSslNb.Concurrency.Rewriting;

/// <summary>Puts scheduling points into a copy of the built assemblies. The product knows nothing of it: neither its source nor its build has a trace of this.</summary>
internal sealed class Rewriter : IDisposable
{
    // Fields that threads share without a lock and without the word volatile.
    private static readonly HashSet<string> s_sharedPlainFields = ["SendWaiter._cancellation"];

    private readonly DefaultAssemblyResolver _resolver = new();
    private readonly string _target;

    private Rewriter(string target)
    {
        _target = target;
        _resolver.AddSearchDirectory(target);
        _resolver.AddSearchDirectory(Path.GetDirectoryName(typeof(object).Assembly.Location)!);
    }

    /// <summary>Copies this program with everything beside it, and rewrites the product there.</summary>
    /// <param name="target">An empty folder.</param>
    /// <param name="plant">A defect to put in; null for none.</param>
    /// <returns>How many points were put in.</returns>
    public static int Prepare(string target, Plant? plant)
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.TopDirectoryOnly)) File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        using var rewriter = new Rewriter(target);
        return rewriter.Rewrite("OpenSslNb.Interop", isShared: false, null) + rewriter.Rewrite("OpenSslNb", isShared: true, plant);
    }

    public void Dispose() => _resolver.Dispose();

    // In the bindings nothing is shared but counters: there only the calls of OpenSSL are of interest.
    private int Rewrite(string assembly, bool isShared, Plant? plant)
    {
        string path = Path.Combine(_target, assembly + ".dll");
        using var module = ModuleDefinition.ReadModule(new MemoryStream(File.ReadAllBytes(path)), new ReaderParameters { AssemblyResolver = _resolver });
        plant?.Apply(module);
        var points = new Points(module, isShared);
        foreach (TypeDefinition type in module.GetTypes().ToArray())
        {
            foreach (MethodDefinition method in type.Methods.Where(method => method.HasBody).ToArray()) points.PutInto(method);
        }

        module.Write(path);
        return points.Count;
    }

    /// <summary>Finds the places and changes them.</summary>
    private sealed class Points(ModuleDefinition module, bool isShared)
    {
        private static readonly string[] s_fences = ["System.Threading.Interlocked", "System.Threading.Tasks.TaskCompletionSource`1", "System.Threading.Tasks.TaskCompletionSource", "System.Threading.Tasks.Sources.ManualResetValueTaskSourceCore`1"];

        // What stands in the place of a method of the framework.
        private static readonly Dictionary<string, string> s_replacements = new()
        {
            ["System.Threading.Lock::EnterScope"] = nameof(Hooks.EnterScope),
            ["System.Threading.Lock/Scope::Dispose"] = nameof(Hooks.ExitScope),
            ["System.Threading.Thread::.ctor"] = nameof(Hooks.NewThread),
            ["System.Threading.Thread::Start"] = nameof(Hooks.StartThread),
            ["System.Threading.Thread::Join"] = nameof(Hooks.JoinThread),
            ["System.Threading.CancellationToken::UnsafeRegister"] = nameof(Hooks.Register),
            ["System.Threading.CancellationTokenRegistration::Unregister"] = nameof(Hooks.Unregister),
            ["System.Threading.CancellationTokenRegistration::Dispose"] = nameof(Hooks.DisposeRegistration),
        };

        private readonly Dictionary<string, MethodReference> _hooks = [];

        public int Count { get; private set; }

        public void PutInto(MethodDefinition method)
        {
            MethodBody body = method.Body;
            body.SimplifyMacros();
            int before = Count;
            foreach (Instruction instruction in body.Instructions.ToArray()) Change(method, body.GetILProcessor(), instruction);
            body.OptimizeMacros();
            if (Count > before) body.InitLocals = true;
        }

        private void Change(MethodDefinition method, ILProcessor il, Instruction instruction)
        {
            switch (instruction.Operand)
            {
                case MethodReference called when isShared && instruction.OpCode.FlowControl == FlowControl.Call:
                    ChangeCall(method, il, instruction, called);
                    break;
                case FieldReference field when isShared && IsShared(field, instruction):
                    ChangeAccess(il, instruction, field);
                    break;
                case FieldReference { DeclaringType.Name: "LibSsl" } function when instruction.OpCode == OpCodes.Ldsfld:
                    CallBefore(il, instruction, nameof(Hooks.OpenSsl), function.Name);
                    break;
            }
        }

        private void ChangeCall(MethodDefinition method, ILProcessor il, Instruction instruction, MethodReference called)
        {
            string type = called.DeclaringType.GetElementType().FullName;
            string place = $"{method.DeclaringType.Name}.{method.Name}: {called.DeclaringType.Name}.{called.Name}";
            if (s_replacements.TryGetValue($"{type}::{called.Name}", out string? replacement))
            {
                if (replacement == nameof(Hooks.EnterScope)) CallBefore(il, instruction, null, place);
                instruction.OpCode = OpCodes.Call;
                instruction.Operand = Hook(replacement);
                Count++;
            }
            else if (type == "System.Threading.Volatile" && called.Name == nameof(Volatile.Read))
            {
                CallBefore(il, instruction, nameof(Hooks.Load), AddressedField(instruction.Previous) is { } field ? NameOf(field) : place);
            }
            else if (type == "System.Threading.Volatile" && AddressedField(instruction.Previous.Previous) is { } stored)
            {
                // The value is one simple instruction: what is addressed becomes a plain target.
                Blank(instruction.Previous.Previous);
                StoreInstead(il, instruction, stored);
            }
            else if (s_fences.Contains(type) && IsFence(called.Name))
            {
                CallBefore(il, instruction, nameof(Hooks.Fence), place);
            }
        }

        private void ChangeAccess(ILProcessor il, Instruction instruction, FieldReference field)
        {
            Instruction? prefix = instruction.Previous?.OpCode == OpCodes.Volatile ? instruction.Previous : null;
            if (instruction.OpCode != OpCodes.Stfld)
            {
                CallBefore(il, prefix ?? instruction, nameof(Hooks.Load), NameOf(field));
                return;
            }

            if (prefix is not null) Blank(prefix);
            StoreInstead(il, instruction, field);
        }

        private void StoreInstead(ILProcessor il, Instruction instruction, FieldReference field)
        {
            MethodDefinition setter = SetterOf(field.Resolve());
            if (TypeOf(field).IsValueType) il.InsertBefore(instruction, il.Create(OpCodes.Box, TypeOf(field)));
            il.InsertBefore(instruction, il.Create(OpCodes.Ldftn, setter));
            il.InsertBefore(instruction, il.Create(OpCodes.Ldstr, NameOf(field)));
            instruction.OpCode = OpCodes.Call;
            instruction.Operand = Hook(nameof(Hooks.Store));
            Count++;
        }

        // A method that makes the store, for when it becomes visible.
        private MethodDefinition SetterOf(FieldDefinition field)
        {
            TypeDefinition owner = field.DeclaringType;
            string name = $"<store>{field.Name}";
            if (owner.Methods.FirstOrDefault(method => method.Name == name) is { } existing) return existing;
            var setter = new MethodDefinition(name, MethodAttributes.Static | MethodAttributes.Private, module.TypeSystem.Void);
            setter.Parameters.Add(new ParameterDefinition(module.TypeSystem.Object));
            setter.Parameters.Add(new ParameterDefinition(module.TypeSystem.Object));
            ILProcessor il = setter.Body.GetILProcessor();
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Castclass, owner);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(TypeOf(field).IsValueType ? OpCodes.Unbox_Any : OpCodes.Castclass, TypeOf(field));
            il.Emit(OpCodes.Stfld, field);
            il.Emit(OpCodes.Ret);
            owner.Methods.Add(setter);
            return setter;
        }

        // The instruction stays the target of whatever jumps to it: it becomes the first of the new ones, and a copy of it the last.
        private void CallBefore(ILProcessor il, Instruction instruction, string? hook, string argument)
        {
            if (hook is not null)
            {
                Instruction copy = Instruction.Create(OpCodes.Nop);
                (copy.OpCode, copy.Operand) = (instruction.OpCode, instruction.Operand);
                il.InsertAfter(instruction, copy);
                il.InsertAfter(instruction, il.Create(OpCodes.Call, Hook(hook)));
                Count++;
            }
            else
            {
                // An argument more for the call itself.
                il.InsertBefore(instruction, il.Create(OpCodes.Ldstr, argument));
                return;
            }

            (instruction.OpCode, instruction.Operand) = (OpCodes.Ldstr, argument);
        }

        private MethodReference Hook(string name)
        {
            if (!_hooks.TryGetValue(name, out MethodReference? hook)) _hooks.Add(name, hook = module.ImportReference(typeof(Hooks).GetMethod(name)));
            return hook;
        }

        private static void Blank(Instruction instruction) => (instruction.OpCode, instruction.Operand) = (OpCodes.Nop, null);

        private static FieldReference? AddressedField(Instruction? instruction) => instruction?.OpCode == OpCodes.Ldflda ? (FieldReference)instruction.Operand : null;

        private static bool IsFence(string method) => method != ".ctor" && !method.StartsWith("get_", StringComparison.Ordinal) && !method.StartsWith("set_", StringComparison.Ordinal);

        private static bool IsShared(FieldReference field, Instruction instruction)
        {
            if (instruction.OpCode.Code is not (Code.Ldfld or Code.Ldflda or Code.Stfld)) return false;
            return instruction.Previous?.OpCode == OpCodes.Volatile || s_sharedPlainFields.Contains(NameOf(field));
        }

        // The word volatile is part of a field's type.
        private static TypeReference TypeOf(FieldReference field) => field.FieldType is IModifierType modified ? modified.ElementType : field.FieldType;

        private static string NameOf(FieldReference field) => $"{field.DeclaringType.Name}.{field.Name}";
    }
}
