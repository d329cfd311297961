using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace OpenSslNb.Concurrency.Rewriting;

/// <summary>A known defect, put into the rewritten copy to show that it is found.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Scenario">Which finds it.</param>
/// <param name="Story">What was done to the copy.</param>
/// <param name="Changes">How.</param>
internal sealed record Plant(string Name, string Scenario, string Story, params Change[] Changes)
{
    public void Apply(ModuleDefinition module)
    {
        foreach (Change change in Changes)
        {
            if (!change.Apply(module)) throw new InvalidOperationException($"{change.Type}.{change.Method} does not look as the defect {Name} expects: adapt it");
        }
    }
}

/// <summary>A change of one method.</summary>
/// <param name="Type">Where.</param>
/// <param name="Method">Its name; of several, the first one that has what is looked for.</param>
/// <param name="Edit">Does it; false when the code does not look as expected.</param>
internal sealed record Change(string Type, string Method, Func<ILProcessor, bool> Edit)
{
    public bool Apply(ModuleDefinition module)
    {
        TypeDefinition type = module.GetTypes().Single(candidate => candidate.Name == Type);
        foreach (MethodDefinition method in type.Methods.Where(candidate => candidate.Name == Method && candidate.HasBody))
        {
            method.Body.SimplifyMacros();
            bool done = Edit(method.Body.GetILProcessor());
            method.Body.OptimizeMacros();
            if (done) return true;
        }

        return false;
    }
}

/// <summary>Steps that the defects are made of.</summary>
internal static class Patch
{
    public static Instruction? Call(ILProcessor il, string name, int skip = 0) =>
        il.Body.Instructions.Where(instruction => instruction.Operand is MethodReference called && called.Name == name).Skip(skip).FirstOrDefault();

    public static Instruction? Field(ILProcessor il, string name) =>
        il.Body.Instructions.FirstOrDefault(instruction => instruction.Operand is FieldReference field && field.Name == name);

    /// <summary>What the instruction has put on the stack is replaced by a constant.</summary>
    public static bool Force(ILProcessor il, Instruction? instruction, int value)
    {
        if (instruction is null) return false;
        il.InsertAfter(instruction, il.Create(OpCodes.Ldc_I4, value));
        il.InsertAfter(instruction, il.Create(OpCodes.Pop));
        return true;
    }

    /// <summary>A call is left out; what it would have taken from the stack is dropped.</summary>
    public static bool Drop(ILProcessor il, Instruction? call)
    {
        if (call?.Operand is not MethodReference called) return false;
        int taken = called.Parameters.Count + (called.HasThis ? 1 : 0);
        if (taken == 0)
        {
            (call.OpCode, call.Operand) = (OpCodes.Nop, null);
            return true;
        }

        (call.OpCode, call.Operand) = (OpCodes.Pop, null);
        for (int i = 1; i < taken; i++) il.InsertAfter(call, il.Create(OpCodes.Pop));
        if (called.ReturnType.FullName == "System.Void") return true;
        Instruction last = call;
        for (int i = 1; i < taken; i++) last = last.Next;
        il.InsertAfter(last, il.Create(OpCodes.Ldc_I4_0));
        return true;
    }

    /// <summary>Takes instructions out, as copies; what jumped to the first now comes to the one after them.</summary>
    public static List<Instruction> Cut(Instruction first, int count)
    {
        var cut = new List<Instruction>();
        for (Instruction instruction = first; cut.Count < count; instruction = instruction.Next)
        {
            Instruction copy = Instruction.Create(OpCodes.Nop);
            (copy.OpCode, copy.Operand) = (instruction.OpCode, instruction.Operand);
            cut.Add(copy);
            (instruction.OpCode, instruction.Operand) = (OpCodes.Nop, null);
        }

        return cut;
    }

    /// <summary>Puts instructions before one, so that jumps to it come to them.</summary>
    public static void Paste(ILProcessor il, Instruction before, List<Instruction> instructions)
    {
        Instruction moved = Instruction.Create(OpCodes.Nop);
        (moved.OpCode, moved.Operand) = (before.OpCode, before.Operand);
        il.InsertAfter(before, moved);
        (before.OpCode, before.Operand) = (OpCodes.Nop, null);
        foreach (Instruction instruction in instructions) il.InsertBefore(moved, instruction);
    }
}
