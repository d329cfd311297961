namespace OpenSslNb.Simulation.Differential;

/// <summary>What a client does to a peer, case by case.</summary>
/// <param name="Cases">In their order; names differ.</param>
internal sealed record Script(IReadOnlyList<ScriptCase> Cases);

/// <summary>Steps on one connection, or on several one after the other.</summary>
internal sealed record ScriptCase(string Name, IReadOnlyList<ScriptStep> Steps);

/// <summary>One step.</summary>
/// <param name="Words">For reports.</param>
/// <param name="Run">Does it, and says in words what came of it: words that are the same for peers that do the same.</param>
internal sealed record ScriptStep(string Words, Func<ScriptRun, CancellationToken, Task<string>> Run)
{
    /// <summary>What came of a step that does not wait for the peer.</summary>
    public const string Done = "done";

    /// <summary>How an outcome begins when the step could not be done, through no fault of the peer.</summary>
    public const string NotPossible = "not possible: ";
}

/// <summary>The peer did not let a step be done, which is an outcome like others.</summary>
internal sealed class UnwillingPeerException(string message, Exception inner) : Exception(message, inner);

/// <summary>A script is not one: which file, case, step and field, and what was expected.</summary>
internal sealed class ScriptException(string message) : Exception(message);
