namespace OpenSslNb.Simulation;

/// <summary>Decides what happens next where several things may.</summary>
internal interface IChooser
{
    /// <summary>A number from 0 to <paramref name="count"/> - 1.</summary>
    int Choose(int count);
}

/// <summary>Chooses what the plan says, and by its seed behind that.</summary>
internal sealed class PlannedChooser(WorldPlan plan) : IChooser
{
    private readonly Randomness _randomness = new(plan.Seed ^ 0x5C4ED);
    private int _position;

    // A plan that was made smaller since may have fewer things to choose from.
    public int Choose(int count) => _position < plan.Choices.Count ? plan.Choices[_position++] % count : _randomness.Next(count);
}
