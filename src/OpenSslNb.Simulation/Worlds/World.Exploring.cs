using OpenSslNb.Connections;

namespace OpenSslNb.Simulation;

/// <content>What an exploration of schedules needs: directions that are blocked by choice, and a description of the state.</content>
internal sealed partial class World
{
    /// <summary>How often the chooser may still block a direction.</summary>
    public int SpareBlocks { get; private set; }

    /// <summary>What is left of the plan and of the loops' work, for a digest.</summary>
    public void Describe(BinaryWriter writer)
    {
        writer.Write(_nextAction);
        writer.Write(SpareBlocks);
        foreach (EventLoop loop in Loops)
        {
            writer.Write(loop.HasWork);
            writer.Write(NeedsTurn(loop));
        }

        foreach (ConnectRace? race in _races) writer.Write(race?.IsOver ?? false);
        writer.Write(Kernel.OpenCount);
    }

    private void Block(VirtualPipe pipe)
    {
        SpareBlocks--;
        pipe.BlockNow();
    }

    // Anything may happen while a direction is blocked: so only where something else may happen too.
    private void AddBlocks(List<Action> enabled)
    {
        if (SpareBlocks > 0 && enabled.Count > 0) enabled.AddRange(Kernel.Pipes.Where(pipe => pipe.HasRoom).Select(pipe => (Action)(() => Block(pipe))));
    }
}
