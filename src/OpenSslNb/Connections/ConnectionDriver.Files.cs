using Microsoft.Win32.SafeHandles;
using OpenSslNb.Engine;

namespace OpenSslNb.Connections;

/// <content>Files that are sent, in order with everything else: read into the queue as room comes, or handed to the kernel where it is the one that encrypts.</content>
internal sealed partial class ConnectionDriver
{
    private FileTurn _fileTurn;

    // When a file at the head of what waits goes on, though there is room in the queue: that means nothing to others then.
    private enum FileTurn : byte
    {
        // There is none, or it waits for room.
        None = 0,

        // In the next turn: what it may have of this one is used up.
        Next,

        // When a write may: the kernel sends it.
        Writable,
    }

    private bool KernelEncrypts => _machine.IsEstablished && (_connection.Info!.KernelTls & KernelTlsDirections.Send) != 0;

    /// <summary>From any thread.</summary>
    public ValueTask SendFileAsync(SafeFileHandle file, long offset, long count, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        FileSend? waiter = null;
        SendMoment moment;
        bool isFirst;
        lock (_outboundGuard)
        {
            if (_closedToSends) return ValueTask.FromException(_connection.ClosedFault());
            if (count == 0) return ValueTask.CompletedTask;
            waiter = new FileSend(this, file, offset, count);
            (_waiters ??= new LinkedList<SendWaiter>()).AddLast(waiter.Node);
            isFirst = NotePosted();
            moment = NoteMoment();
        }

        TraceSend(moment, TlsTraceEvent.SendWaits, count);
        if (isFirst) Schedule();
        waiter.ObserveCancellation(cancellationToken);
        return waiter.Task;
    }

    // On the loop, when nothing posted stands before it: takes of a file what there is room for. True when it has ended, so that what waits behind it has its turn.
    private bool TakeFile()
    {
        _fileTurn = FileTurn.None;
        if (BeginFile() is not { } file) return false;
        try
        {
            if (KernelEncrypts) HandToKernel(file);
            else ReadIntoQueue(file);
            return file.Rest == 0 && EndFile(file, fault: null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return EndFile(file, e);
        }
    }

    private FileSend? BeginFile()
    {
        lock (_outboundGuard)
        {
            // What was posted just now, before the file was, goes first: in the next turn.
            if (_isCutShort || !_posted.IsEmpty || _waiters?.First?.Value is not FileSend file || QueuedBytes >= _options.OutboundLimit) return null;
            file.Begin();
            return file;
        }
    }

    // Outside the guard, since a file may be slow: nobody else puts anything into the queue while something waits before it.
    private void ReadIntoQueue(FileSend file)
    {
        while (file.Rest > 0 && _options.OutboundLimit - QueuedBytes is > 0 and var room)
        {
            if (_atOnceBudget <= 0)
            {
                _fileTurn = FileTurn.Next;
                return;
            }

            int count = _machine.Outbound.AppendFrom(file, room);
            if (count == 0) throw file.EndedEarly();
            _atOnceBudget -= count;
            lock (_outboundGuard) Accept(count);
        }
    }

    private void HandToKernel(FileSend file)
    {
        while (file.Rest > 0)
        {
            _fileTurn = _atOnceBudget > 0 ? FileTurn.Writable : FileTurn.Next;
            if (_atOnceBudget <= 0 || !file.TrySend(_machine, _atOnceBudget, out SslStep step) || !step.IsDone) return;
            if (step.Bytes == 0) throw file.EndedEarly();
            _atOnceBudget -= step.Bytes;

            // Never queued: no mark is raised.
            lock (_outboundGuard) Volatile.Write(ref _accepted, _accepted + step.Bytes);
            CountWritten(step.Bytes);
        }

        _fileTurn = FileTurn.None;
    }

    // The peer must not take what follows for the rest of a file that broke off in the middle: that ends the connection.
    private bool EndFile(FileSend file, Exception? fault)
    {
        _fileTurn = FileTurn.None;
        lock (_outboundGuard)
        {
            // Given up meanwhile: whoever did has seen to the rest.
            if (file.Node.List is null) return false;
            _waiters!.Remove(file.Node);
        }

        if (fault is null)
        {
            file.Complete();
            return true;
        }

        if (file.IsPartlyTaken)
        {
            lock (_outboundGuard) _closedToSends = _isCutShort = true;
            _machine.Fail(new CloseOutcome(CloseReason.LocalError, fault));
        }

        file.Fail(fault);
        return !file.IsPartlyTaken;
    }
}
