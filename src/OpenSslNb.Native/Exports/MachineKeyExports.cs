using System.Runtime.InteropServices;
using OpenSslNb.Native.Boundary;
using OpenSslNb.Native.Handles;
using OpenSslNb.Native.Objects;

namespace OpenSslNb.Native.Exports;

/// <summary><c>onb_machine_*</c>: keys and early data.</summary>
internal static unsafe class MachineKeyExports
{
    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_update_keys")]
    public static int UpdateKeys(nint machine, int requestPeer)
    {
        try
        {
            NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
            using NativeMachine.Visit visit = own.Enter();
            using HostErrors errors = HostErrors.Keep();
            return MachineStepExports.Told(own.Machine.UpdateKeys(requestPeer != 0));
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_renegotiate")]
    public static int Renegotiate(nint machine) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter();
        using HostErrors errors = HostErrors.Keep();
        own.Machine.Renegotiate();
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_offer_early_data")]
    public static int OfferEarlyData(nint machine, void* data, nuint length) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter();
        using HostErrors errors = HostErrors.Keep();
        if (!own.Machine.OfferEarlyData(Input.Bytes(data, length, "data"))) throw Refusal.State("no session is offered that allows so much early data: nothing is sent early");
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_take_early_data")]
    public static int TakeEarlyData(nint machine, void* buffer, nuint* length) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter();
        using HostErrors errors = HostErrors.Keep();
        Input.Required(length, "length");
        Span<byte> room = Input.Room(buffer, *length, "buffer");
        if (room.IsEmpty) throw Refusal.Argument("there must be room for at least one byte");
        *length = (nuint)own.Machine.TakeEarlyData(room);
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_export_keying_material")]
    public static int ExportKeyingMaterial(nint machine, byte* label, void* context, nuint contextLength, void* output, nuint length) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        using HostErrors errors = HostErrors.Keep();
        Input.Required(output, "output");
        byte[] made = own.Machine.ExportKeyingMaterial(Input.Text(label, "label"), KeyingMaterialInput.Length(length), KeyingMaterialInput.Context(context, contextLength));
        made.CopyTo(new Span<byte>(output, made.Length));
    });

    [UnmanagedCallersOnly(EntryPoint = "managed_onb_machine_channel_binding")]
    public static int ChannelBinding(nint machine, int kind, void* output, nuint* length) => Call.Guarded(() =>
    {
        NativeMachine own = Handle.Get<NativeMachine>(machine, "machine");
        using NativeMachine.Visit visit = own.Enter(keepsOutput: true);
        using HostErrors errors = HostErrors.Keep();
        return Output.Copy(own.Machine.GetChannelBinding(Input.Defined<TlsChannelBinding>(kind, "kind")), output, length);
    });
}
