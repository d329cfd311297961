using Mono.Cecil;
using Mono.Cecil.Cil;

namespace OpenSslNb.Concurrency.Rewriting;

/// <summary>The known defects.</summary>
internal static class Plants
{
    public static IReadOnlyList<Plant> All { get; } =
    [
        new(
            "wake-before-publish", "posters-and-a-sleeping-loop", "Post looks at the sleeping flag before its item is in the inbox",
            new Change("EventLoop", "Post", WakeBeforePublish)),
        new(
            "look-before-sleeping", "posters-and-a-sleeping-loop", "the loop looks at its inbox before it says that it sleeps",
            new Change("EventLoop", "Wait", LookBeforeSleeping)),
        new(
            "sleeping-without-fence", "posters-and-a-sleeping-loop", "the sleeping flag is a plain volatile store",
            new Change("EventLoop", "Wait", SleepingWithoutFence)),
        new(
            "no-look-after-post", "posters-and-a-stop", "Post does not look again whether the loop has stopped",
            new Change("EventLoop", "Post", il => Patch.Drop(il, Patch.Call(il, "AbandonInbox")))),
        new(
            "stop-without-fence", "posters-and-a-stop", "no fence between the stopped flag and the last look at the inbox",
            new Change("EventLoop", "Stop", il => Patch.Drop(il, Patch.Call(il, "MemoryBarrier")))),
        new(
            "wake-after-close", "posters-and-a-stop", "the waker does not know that its descriptor is closed",
            new Change("Waker", "Wake", il => Patch.Force(il, Patch.Field(il, "_closed"), 0))),
        new(
            "posted-flag-reset-late", "senders-and-low-water", "the flag that says \"in the inbox\" is reset after the turn",
            new Change("ConnectionDriver", "RunOnLoop", PostedFlagResetLate)),
        new(
            "waiter-completed-twice", "sends-that-wait-and-are-cancelled", "a cancelled send stays in the list, and nothing stops its second completion",
            new Change("SendWaiter", "TryComplete", il => Patch.Force(il, Patch.Call(il, "Exchange"), 0)),
            new Change("ConnectionDriver", "Cancel", il => Patch.Drop(il, Patch.Call(il, "Remove")))),
        new(
            "registration-without-fence", "sends-that-wait-and-are-cancelled", "no fence between a waiter's registration and its look whether it has completed",
            new Change("SendWaiter", "ObserveCancellation", il => Patch.Drop(il, Patch.Call(il, "MemoryBarrier")))),
        new(
            "begun-send-cancelled", "sends-that-wait-and-are-cancelled", "a send that is cancelled half way does not abort the connection",
            new Change("ConnectionDriver", "Cancel", il => Patch.Drop(il, Patch.Call(il, "Abort")))),
        new(
            "half-followed-by-another", "sends-that-wait-and-are-cancelled", "what waits behind a send that was cut short still goes out",
            new Change("ConnectionDriver", "AdmitWaiters", il => Patch.Force(il, Patch.Field(il, "_isCutShort"), 0))),
        new(
            "half-followed-by-close", "sends-that-wait-and-are-cancelled", "close_notify follows a send that was cut short",
            new Change("ConnectionDriver", "IsOutboundComplete", il => Patch.Force(il, Patch.Field(il, "_isCutShort"), 0))),
        new(
            "requests-lost", "ends-and-sends", "a request is stored, not added, to those that wait",
            new Change("ConnectionDriver", "Request", RequestsLost)),
        new(
            "freed-by-the-caller", "ends-and-sends", "Dispose ends the connection on the thread that calls it",
            new Change("ConnectionDriver", "Dispose", FreedByTheCaller)),
        new(
            "late-cancellation", "stream-reads", "a cancelled read is not asked whether it still waits",
            new Change("StreamHandler", "CancelRead", LateCancellation)),
        new(
            "pause-outside-the-gate", "stream-pauses", "a stream pauses after it has let go of its lock",
            new Change("StreamHandler", "OnReceived", PauseOutsideTheGate)),
    ];

    private static bool WakeBeforePublish(ILProcessor il)
    {
        if (Patch.Call(il, "WakeIfSleeping") is not { } wake || Patch.Call(il, "Post") is not { } post) return false;
        List<Instruction> cut = Patch.Cut(wake.Previous, 2);
        Patch.Paste(il, post.Previous.Previous.Previous, cut);
        return true;
    }

    private static bool LookBeforeSleeping(ILProcessor il)
    {
        if (Patch.Call(il, "Exchange") is not { } exchange || Patch.Field(il, "_poller") is not { } poller) return false;
        List<Instruction> cut = Patch.Cut(exchange.Previous.Previous.Previous, 5);
        Patch.Paste(il, poller.Previous, cut);
        return true;
    }

    private static bool SleepingWithoutFence(ILProcessor il)
    {
        if (Patch.Call(il, "Exchange") is not { } exchange || Patch.Call(il, "Write") is not { } write) return false;
        exchange.Operand = (MethodReference)write.Operand;
        (exchange.Next.OpCode, exchange.Next.Operand) = (OpCodes.Nop, null);
        return true;
    }

    private static bool PostedFlagResetLate(ILProcessor il)
    {
        if (Patch.Call(il, "Exchange") is not { } exchange) return false;
        List<Instruction> cut = Patch.Cut(exchange.Previous.Previous.Previous, 5);
        Patch.Paste(il, il.Body.Instructions[^1], cut);
        return true;
    }

    private static bool RequestsLost(ILProcessor il)
    {
        if (Patch.Call(il, "Or") is not { Operand: MethodReference or } call) return false;
        var exchange = new MethodReference(nameof(Interlocked.Exchange), il.Body.Method.Module.TypeSystem.Int32, or.DeclaringType);
        exchange.Parameters.Add(new ParameterDefinition(new ByReferenceType(il.Body.Method.Module.TypeSystem.Int32)));
        exchange.Parameters.Add(new ParameterDefinition(il.Body.Method.Module.TypeSystem.Int32));
        call.Operand = exchange;
        return true;
    }

    private static bool FreedByTheCaller(ILProcessor il)
    {
        if (Patch.Call(il, "Request") is not { } request) return false;
        il.InsertBefore(request, il.Create(OpCodes.Pop));
        request.Operand = il.Body.Method.DeclaringType.Methods.Single(method => method.Name == "OnLoopStopping");
        return true;
    }

    private static bool LateCancellation(ILProcessor il) => Patch.Force(il, Patch.Call(il, "get_Length"), 1);

    private static bool PauseOutsideTheGate(ILProcessor il)
    {
        if (Patch.Call(il, "PauseReading") is not { } pause) return false;
        var flag = new VariableDefinition(il.Body.Method.Module.TypeSystem.Boolean);
        il.Body.Variables.Add(flag);
        il.Body.InitLocals = true;
        List<Instruction> cut = Patch.Cut(pause.Previous, 2);
        (pause.OpCode, pause.Operand) = (OpCodes.Stloc, flag);
        (pause.Previous.OpCode, pause.Previous.Operand) = (OpCodes.Ldc_I4_1, null);
        Instruction end = il.Body.Instructions[^1];
        Instruction past = il.Create(OpCodes.Nop);
        Patch.Paste(il, end, [il.Create(OpCodes.Ldloc, flag), il.Create(OpCodes.Brfalse, past), .. cut, past]);
        return true;
    }
}
