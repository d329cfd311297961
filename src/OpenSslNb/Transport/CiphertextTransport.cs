using OpenSslNb.Interop;

namespace OpenSslNb.Transport;

/// <summary>
/// Where ciphertext comes from and goes to, and what was seen of it during the current OpenSSL call. <see cref="OpenSsl.SslCalls"/> resets the observation before each call
/// and reads it after; the engine above cannot tell one transport from another.
/// </summary>
internal abstract class CiphertextTransport : IDisposable
{
    /// <summary>The BIO of ours that carries this transport's ciphertext; null where OpenSSL has one of its own.</summary>
    public TransportBio? Bio { get; protected init; }

    /// <summary>True during calls that must not take input: a write or a shutdown in the middle of a renegotiation would fail on application data.</summary>
    public bool InputFrozen { get; set; }

    /// <summary>True when OpenSSL asked for bytes during the current call and there were none.</summary>
    public bool RanDry { get; set; }

    /// <summary>True once the peer's end of the byte stream was read.</summary>
    public bool SawEndOfStream { get; protected set; }

    /// <summary>errno of the system call that broke receiving, or the transport altogether; 0 while it is whole.</summary>
    public int Errno { get; set; }

    /// <summary>
    /// errno of the send that failed; 0 while sending works. Where the BIO is ours, OpenSSL is not told: what it still gives is dropped, so that what the peer sent before (an alert,
    /// close_notify) can be read. Where it is OpenSSL's own, a server's session tickets are the one thing whose loss OpenSSL overlooks. The connection ends when the reading is done.
    /// </summary>
    public int SendErrno { get; protected set; }

    /// <summary>True from <see cref="CloseOutput"/> on: what OpenSSL still gives, such as the answer to a KeyUpdate, has nowhere to go and is dropped.</summary>
    public bool IsOutputClosed { get; private set; }

    /// <summary>Our close_notify has been given: nothing may follow it (RFC 8446 §6.1). A peer that has closed would answer with RST, which destroys what it has sent before.</summary>
    public virtual void CloseOutput() => IsOutputClosed = true;

    /// <summary>What a callback under OpenSSL's frames threw; kept here, since no exception may cross them.</summary>
    public Exception? CallbackFailure { get; set; }

    /// <summary>Ciphertext bytes that OpenSSL has taken so far.</summary>
    public ulong BytesTaken { get; protected set; }

    /// <summary>Ciphertext bytes that OpenSSL has given so far.</summary>
    public ulong BytesGiven { get; protected set; }

    /// <summary>The kernel has made records of a file's bytes itself, past OpenSSL and us; how long they are is not known, but that something has left is.</summary>
    public void OnFileSent(long bytes) => BytesGiven += (ulong)bytes;

    /// <summary>The kernel could not send a file's bytes.</summary>
    public void OnFileFailed(int errno) => SendErrno = errno;

    /// <summary>Most bytes that OpenSSL gets or gives at a time, where a tester wants it stopped as often as that; any number otherwise.</summary>
    public virtual int MostAtATime => int.MaxValue;

    /// <summary>True when a record may be taken in part, so that OpenSSL can be left in the middle of one.</summary>
    public abstract bool SplitsRecords { get; }

    /// <summary>True when bytes wait here that no poller can see.</summary>
    public abstract bool HasBufferedInput { get; }

    /// <summary>True when nothing that has arrived is known to be unread, here or in the kernel; false when that is not known.</summary>
    public virtual bool IsInputDrained => SawEndOfStream && !HasBufferedInput;

    /// <summary>True when OpenSSL would get nothing if it asked now, and the end of the stream has not come either: known without a call.</summary>
    public virtual bool IsKnownDry => false;

    /// <summary>True when OpenSSL may ask for more than a record's header at a time and still gets no more than it should (<c>SSL_set_read_ahead(3)</c>): this transport knows where records end.</summary>
    public virtual bool KnowsRecords => false;

    /// <summary>Whether OpenSSL gets as many records at a time as it has room for, or one. Several are one call of the BIO for all of them, and what does not fit is moved about.</summary>
    public bool GivesSeveralRecords { get; set; }

    /// <summary>Ciphertext bytes that OpenSSL has given and the kernel, or the caller, has not taken yet.</summary>
    public abstract int Unsent { get; }

    /// <summary>What the transport itself waits for, whatever the operations want.</summary>
    public abstract Interest Interest { get; }

    /// <summary>Whether a record of this many plaintext bytes would be taken whole.</summary>
    public abstract bool HasRoomFor(int plaintextLength);

    /// <summary>Makes the <c>SSL</c> use this transport; it lives at least as long as the <c>SSL</c>.</summary>
    public virtual void Attach(nint ssl) => Bio!.Attach(ssl);

    /// <summary>Sends what is unsent as far as the kernel takes it.</summary>
    /// <returns>True when room was made: what waits for it may try again.</returns>
    public abstract bool Flush();

    /// <summary>The descriptor became readable: there may be input again.</summary>
    public abstract void OnReadable();

    /// <summary>The connection's turn ends: what was borrowed from the loop is given back.</summary>
    public abstract void EndTurn();

    /// <summary>Frees what the transport holds. The descriptor is not its own, and the <c>SSL</c> must be freed before.</summary>
    public abstract void Dispose();

    /// <summary>A call of OpenSSL's BIO for bytes: the number copied, 0 at the end of the stream, -1 when there are none now or the transport is broken (<see cref="Errno"/>).</summary>
    internal virtual int OnBioRead(Span<byte> destination) => throw new NotSupportedException("this transport has no BIO of ours");

    /// <summary>A call of OpenSSL's BIO with bytes: the number taken, -1 when there is no room or the transport is broken (<see cref="Errno"/>).</summary>
    internal virtual int OnBioWrite(ReadOnlySpan<byte> source) => throw new NotSupportedException("this transport has no BIO of ours");
}
