using OpenSslNb.Native.Boundary;

namespace OpenSslNb.Native.Handles;

/// <summary>Handles with what is wrong with them in words.</summary>
internal static class Handle
{
    /// <exception cref="Refusal">NULL, or no handle of such an object.</exception>
    public static T Get<T>(nint handle, string name)
        where T : class
    {
        if (handle == 0) throw Refusal.Argument($"{name} must not be NULL");
        return HandleTable.Find(handle) as T ?? throw Bad(name);
    }

    public static T? Optional<T>(nint handle, string name)
        where T : class => handle == 0 ? null : Get<T>(handle, name);

    /// <summary>Ends a handle and returns the object that it was for; null for NULL.</summary>
    public static T? Take<T>(nint handle, string name)
        where T : class
    {
        if (handle == 0) return null;
        var target = Get<T>(handle, name);
        return HandleTable.TryRemove(handle) ? target : throw Bad(name);
    }

    private static Refusal Bad(string name) => new(Result.BadHandle, $"{name} is no such handle: it was freed, has ended, or is of another kind");
}
