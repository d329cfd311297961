using OpenSslNb.Native.Handles;

namespace OpenSslNb.Native.Boundary;

/// <summary>
/// What every exported function is wrapped in: no exception leaves it. A lambda that takes something of its surroundings is an allocation, so the functions that
/// move data, or are asked all the time, say the same in full.
/// </summary>
internal static class Call
{
    public static int Guarded(Action body)
    {
        try
        {
            body();
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    public static int Guarded(Func<Result> body)
    {
        try
        {
            return (int)body();
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }

    /// <summary>Does something to the object of a handle; allocates nothing when the body is static.</summary>
    public static int With<T>(nint handle, string name, Action<T> body)
        where T : class
    {
        try
        {
            body(Handle.Get<T>(handle, name));
            return (int)Result.Ok;
        }
        catch (Exception e)
        {
            return (int)Fault.Of(e);
        }
    }
}
