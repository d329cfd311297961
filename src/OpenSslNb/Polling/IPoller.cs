namespace OpenSslNb.Polling;

/// <summary>Level-triggered readiness of descriptors. Used by one thread.</summary>
/// <remarks>
/// Interest is never empty: a descriptor without interest is not registered, or its hang-up would be reported for ever. A registration must be removed before its descriptor is closed.
/// </remarks>
internal interface IPoller : IDisposable
{
    /// <summary>Registers a descriptor.</summary>
    /// <param name="fd">An open descriptor that is not registered.</param>
    /// <param name="token">Comes back with its events.</param>
    /// <param name="interest">Not <see cref="Interest.None"/>.</param>
    void Add(int fd, Token token, Interest interest);

    /// <summary>Changes the interest of a registered descriptor.</summary>
    void Modify(int fd, Token token, Interest interest);

    /// <summary>Ends a registration.</summary>
    void Remove(int fd);

    /// <summary>Waits for events.</summary>
    /// <param name="events">Where they go; what does not fit is reported next time.</param>
    /// <param name="timeoutMilliseconds">0: do not wait; -1: as long as it takes.</param>
    /// <returns>Number of events; 0 after the timeout or a signal.</returns>
    int Wait(Span<PollEvent> events, int timeoutMilliseconds);
}
