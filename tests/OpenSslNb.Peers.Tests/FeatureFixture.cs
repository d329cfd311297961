using NUnit.Framework;
using OpenSslNb.Testing;

namespace OpenSslNb.Peers.Tests;

/// <summary>Tests of one feature with peers that others wrote: each has a bench of its own.</summary>
public abstract class FeatureFixture(World world)
{
    private FeatureBench? _features;

    protected World World { get; } = world;

    private protected FeatureBench Features => _features ?? throw new InvalidOperationException("there is a bench while a test runs");

    [SetUp]
    public void Begin() => _features = new FeatureBench(World);

    [TearDown]
    public void End() => _features?.Dispose();
}
