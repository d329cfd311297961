using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_machine_*</c>: what is known of a machine.</summary>
internal static unsafe class MachineFactExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_interest")]
    public static int Interest(nint machine, int* interest)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
            Input.Required(interest, "interest");
            *interest = (int)own.Machine.Interest;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_state")]
    public static int State(nint machine, int* state)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
            Input.Required(state, "state");
            *state = (int)own.Machine.State;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_queued")]
    public static int Queued(nint machine, nuint* bytes)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
            Input.Required(bytes, "bytes");
            *bytes = (nuint)own.Machine.QueuedBytes;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_outcome")]
    public static int Outcome(nint machine, NativeOutcome* outcome) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        Versioned.Write(outcome, own.Outcome(), "outcome");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_info")]
    public static int Info(nint machine, NativeInfo* info) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        using HostErrors errors = HostErrors.Keep();
        Versioned.Write(info, own.Info(), "info");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_client_hello")]
    public static int ClientHello(nint machine, NativeClientHello** hello) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        Input.Required(hello, "hello");
        *hello = own.Hello();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_notify")]
    public static int Notify(nint machine, delegate* unmanaged<void*, void> callback, void* user) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        Input.Required(callback, "callback");
        own.Notify(callback, user);
    });
}
