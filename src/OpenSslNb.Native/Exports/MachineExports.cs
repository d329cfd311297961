using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;
using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_machine_*</c>: what moves ciphertext.</summary>
internal static unsafe class MachineExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_new")]
    public static int New(nint context, byte* serverName, NativeMachineOptions* options, nint* machine)
    {
        try
        {
            TlsContext own = Handle.Get<Shared<TlsContext>>(context, "context").Value;
            Input.Required(machine, "machine");
            NativeMachineOptions given = Versioned.Read(options, "options");
            int outboundLimit = Input.Size(given.OutboundLimit, DefaultOutboundLimit, "outbound_limit");
            using HostErrors errors = HostErrors.Keep();
            var made = new SslMachine(own, Input.OptionalName(serverName, "server_name"), outboundLimit, Input.Size(given.CiphertextLimit, DefaultCiphertextLimit, "ciphertext_limit"));
            *machine = HandleTable.Add(new NativeMachine(made, outboundLimit));
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_free")]
    public static int Free(nint machine)
    {
        try
        {
            if (machine == 0) return (int)Result.Ok;
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            ContextCallbacks.RequireNoWorker();
            own.Enter();
            using HostErrors errors = HostErrors.Keep();
            HandleTable.TryRemove(machine);
            own.Free();
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_feed")]
    public static int Feed(nint machine, void* ciphertext, nuint length)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            own.Machine.Feed(Input.Bytes(ciphertext, length, "ciphertext"));
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_feed_end")]
    public static int FeedEnd(nint machine)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            own.Machine.FeedEndOfStream();
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_output")]
    public static int GetOutput(nint machine, void** ciphertext, nuint* length)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
            Input.Required(ciphertext, "ciphertext");
            Input.Required(length, "length");
            ReadOnlySpan<byte> output = own.StageOutput();
            *ciphertext = output.IsEmpty ? null : System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(output));
            *length = (nuint)output.Length;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_skip_output")]
    public static int SkipOutput(nint machine, nuint count)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
            if (count > (nuint)own.Machine.Output.Length) throw Refusal.Argument($"count is {count}: there are {own.Machine.Output.Length} bytes of output");
            own.SkipOutput((int)count);
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_take_output")]
    public static int TakeOutput(nint machine, void* buffer, nuint* length)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            Input.Required(length, "length");
            Span<byte> room = Input.Room(buffer, *length, "buffer");
            int count = Math.Min(room.Length, own.Machine.Output.Length);
            own.Machine.Output[..count].CopyTo(room);
            own.Machine.SkipOutput(count);
            *length = (nuint)count;
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    private const int DefaultOutboundLimit = 1024 * 1024;
    private const int DefaultCiphertextLimit = 128 * 1024;
}
