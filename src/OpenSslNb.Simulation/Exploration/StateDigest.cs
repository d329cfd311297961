using System.Security.Cryptography;
using OpenSslNb.Connections;

namespace OpenSslNb.Simulation;

/// <summary>All of a world that decides what can still happen in it, in 128 bits: both machines, what is queued and under way, what is left of the plan. Time itself is left out.</summary>
internal readonly record struct StateDigest(ulong High, ulong Low)
{
    /// <summary>The digest of the world as it is now.</summary>
    public static StateDigest Of(World world)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        world.Describe(writer);
        foreach (WorldPeer peer in world.Clients.Concat(world.Servers)) Describe(writer, peer);
        foreach (VirtualPipe pipe in world.Kernel.Pipes) Describe(writer, pipe);
        byte[] digest = SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        return new StateDigest(BitConverter.ToUInt64(digest, 0), BitConverter.ToUInt64(digest, 8));
    }

    private static void Describe(BinaryWriter writer, WorldPeer peer)
    {
        writer.Write(peer.Accepted);
        writer.Write(peer.Received);
        writer.Write(peer.CallbackCount);
        writer.Write((int)(peer.Outcome?.Reason ?? (CloseReason)255));
        if (peer.Connection is not { } connection) return;
        ConnectionSnapshot snapshot = connection.Driver.Inspect();
        writer.Write(connection.QueuedBytes);
        writer.Write(snapshot.Operations.Digest);
        writer.Write((int)snapshot.State);
        writer.Write((byte)snapshot.Registered);
        writer.Write((byte)snapshot.Wanted);
        writer.Write(snapshot.Unsent);
        writer.Write(snapshot.KeptInbound);
        writer.Write(snapshot.HasBufferedInput);
        writer.Write(snapshot.HasTurnDue);
        writer.Write(snapshot.IsActive);
    }

    private static void Describe(BinaryWriter writer, VirtualPipe pipe)
    {
        writer.Write(pipe.Written);
        writer.Write(pipe.Readable);
        writer.Write(pipe.InFlight);
        writer.Write(pipe.EndSent);
        writer.Write(pipe.EndArrived);
        writer.Write(pipe.HasRoom);
    }
}
