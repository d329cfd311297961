using OpenSslNb.OpenSsl;

namespace OpenSslNb;

/// <content>What passes below the operations.</content>
public sealed partial class SslMachine
{
    /// <summary>Shows the observer each record and protocol message from here on, from inside the steps.</summary>
    internal void Observe(IMessageObserver observer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        _instance.ObserveMessages(observer);
    }
}
