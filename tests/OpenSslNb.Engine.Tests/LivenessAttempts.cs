namespace OpenSslNb.Engine.Tests;

/// <summary>What an attempt of an operation can come to in a <see cref="LivenessWorld"/>: OpenSSL, the socket and the machine's book-keeping.</summary>
internal static class LivenessAttempts
{
    private static readonly SslWant[] s_flightNeeds = [SslWant.Read, SslWant.Write, SslWant.Certificate];

    public static IEnumerable<LivenessWorld> Outcomes(LivenessWorld world, SslOperation operation) => operation switch
    {
        SslOperation.Handshake when !world.Tracker.IsEstablished => Handshake(world),
        SslOperation.Read => [Read(world)],
        SslOperation.Write => [Write(world)],
        _ => [Send(world, operation)],
    };

    private static IEnumerable<LivenessWorld> Handshake(LivenessWorld world)
    {
        bool needsAnswer = world.FlightNeeds == SslWant.Certificate;
        if (world.FlightNeeds == SslWant.Read && world.First == Piece.None) return [Ended(world, SslOperation.Handshake, SslStep.Blocked(SslWant.Read))];
        if (world.FlightNeeds == SslWant.Write && !world.HasRoom) return [Ended(world, SslOperation.Handshake, SslStep.Blocked(SslWant.Write))];

        bool takes = world.FlightNeeds == SslWant.Read;
        LivenessWorld moved = world with { Flights = (byte)(world.Flights - 1), HasRoom = world.HasRoom && world.FlightNeeds != SslWant.Write };
        if (takes) moved = Taken(moved);
        if (needsAnswer) return [Ended(moved with { FlightNeeds = SslWant.Read }, SslOperation.Handshake, SslStep.Blocked(SslWant.Certificate))];
        if (moved.Flights == 0) return [Established(moved, takes)];

        // The want of the next flight is met in the same attempt, so this one ends with it.
        return s_flightNeeds.Select(needs => Ended(moved with { FlightNeeds = needs }, SslOperation.Handshake, SslStep.Blocked(needs), takes))
            .Select(w => w.FlightNeeds == SslWant.Certificate ? w with { FlightNeeds = SslWant.Read } : w);
    }

    private static LivenessWorld Established(LivenessWorld world, bool tookInput)
    {
        LivenessWorld open = Ended(world, SslOperation.Handshake, SslStep.Done(), tookInput);
        return open.With(b =>
        {
            b.State.HoldReadsBehindBlockedWrite(world.SplitsRecords);
            b.State.Ask(SslOperation.Read);
            if (world.Queued > 0) b.State.Ask(SslOperation.Write);
        });
    }

    private static LivenessWorld Read(LivenessWorld world)
    {
        if (world.OwesAnswer)
        {
            return world.HasRoom
                ? Ended(world with { OwesAnswer = false, HasRoom = false }, SslOperation.Read, SslStep.Done())
                : Ended(world, SslOperation.Read, SslStep.Blocked(SslWant.Write));
        }

        LivenessWorld taken = Taken(world);
        return world.First switch
        {
            Piece.None => Ended(world, SslOperation.Read, SslStep.Blocked(SslWant.Read)),
            Piece.HalfRecord when taken.First == Piece.None => Ended(taken, SslOperation.Read, SslStep.Blocked(SslWant.Read), tookInput: true),
            Piece.CloseNotify => Ended(taken, SslOperation.Read, SslStep.Closed(), tookInput: true),
            Piece.Finished => Ended(taken with { IsRenegotiating = false }, SslOperation.Read, SslStep.Done(), tookInput: true),
            Piece.KeyUpdateRequest or Piece.Hello => Answered(taken with { IsRenegotiating = world.First == Piece.Hello }),
            _ => Ended(taken, SslOperation.Read, SslStep.Done(), tookInput: true),
        };
    }

    private static LivenessWorld Answered(LivenessWorld taken) => taken.HasRoom
        ? Ended(taken with { HasRoom = false }, SslOperation.Read, SslStep.Done(), tookInput: true)
        : Ended(taken with { OwesAnswer = true }, SslOperation.Read, SslStep.Blocked(SslWant.Write), tookInput: true);

    private static LivenessWorld Write(LivenessWorld world) =>
        Sends(world, SslOperation.Write, w => w with { Queued = (byte)(w.Queued - 1) });

    // SSL_shutdown leaves what is owed to the others; our KeyUpdate sends it as a write does.
    private static LivenessWorld Send(LivenessWorld world, SslOperation operation) =>
        operation == SslOperation.Shutdown && world.OwesAnswer ? Ended(world, operation, SslStep.Blocked(SslWant.Write), reachedOpenSsl: false) : Sends(world, operation, w => w);

    // SSL_write sends first what a read has left unsent: on a transport that splits records the read could not, for it is held behind this very write.
    private static LivenessWorld Sends(LivenessWorld world, SslOperation operation, Func<LivenessWorld, LivenessWorld> sent)
    {
        if (world.OwesAnswer && world.HasRoom) world = world with { OwesAnswer = false, HasRoom = false };
        if (world.IsRenegotiating && !world.OwesAnswer) return Ended(world, operation, SslStep.Blocked(SslWant.Read));
        return world.HasRoom ? Ended(sent(world with { HasRoom = false }), operation, SslStep.Done()) : Ended(world, operation, SslStep.Blocked(SslWant.Write));
    }

    private static LivenessWorld Taken(LivenessWorld world) => world with { First = world.Second, Second = Piece.None };

    private static LivenessWorld Ended(LivenessWorld world, SslOperation operation, SslStep step, bool tookInput = false, bool reachedOpenSsl = true)
    {
        bool more = operation == SslOperation.Read || (operation == SslOperation.Write && world.Queued > 0);
        return world.With(b => b.State.Complete(operation, step, more, tookInput, reachedOpenSsl));
    }
}
