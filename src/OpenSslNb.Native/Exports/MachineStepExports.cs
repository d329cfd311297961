using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_machine_*</c>: the operations.</summary>
internal static unsafe class MachineStepExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_handshake")]
    public static int Handshake(nint machine)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            return Told(own.Machine.Handshake());
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_read")]
    public static int Read(nint machine, void* buffer, nuint* length)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            Input.Required(length, "length");
            Span<byte> room = Input.Room(buffer, *length, "buffer");
            if (room.IsEmpty) throw Refusal.Argument("there must be room for at least one byte");
            SslStep step = own.Machine.Read(room);
            *length = step.IsDone ? (nuint)step.Bytes : 0;
            return Told(step);
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_write")]
    public static int Write(nint machine, void* data, nuint length)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            ReadOnlySpan<byte> bytes = Input.Bytes(data, length, "data");
            if (own.IsShutDown) return (int)Fault.Of(Result.SendClosed, "our direction was shut down");
            if (bytes.Length > own.OutboundLimit) throw Refusal.Argument($"{bytes.Length} bytes are more than the outbound limit of {own.OutboundLimit}: they would never fit");
            if (!own.HasRoomFor(bytes.Length)) return (int)Result.Full;
            return Told(own.Machine.Write(bytes));
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_flush")]
    public static int Flush(nint machine)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            return Told(own.Machine.Flush());
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_shutdown")]
    public static int Shutdown(nint machine)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            own.IsShutDown = true;
            return Told(own.Machine.Shutdown());
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    public static int Told(SslStep step) => step.Kind switch
    {
        SslStepKind.Done => (int)Result.Ok,
        SslStepKind.Blocked => (int)step.Want,
        SslStepKind.Closed => (int)Result.End,
        _ => (int)Fault.Of(Result.Lost, NativeOutcome.MessageOf(step.Failure!)),
    };
}
