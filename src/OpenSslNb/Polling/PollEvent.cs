namespace OpenSslNb.Polling;

/// <summary>Readiness of one registration. A hint: the call that follows may still find nothing.</summary>
/// <param name="Token">Which registration.</param>
/// <param name="Ready">What became possible. An error or a hang-up counts as both directions, so that whatever waits finds it.</param>
/// <param name="HungUp">True when the descriptor is broken or closed in both directions; reported whatever the interest is.</param>
internal readonly record struct PollEvent(Token Token, Interest Ready, bool HungUp);
