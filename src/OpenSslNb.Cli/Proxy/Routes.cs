using System.Net;

namespace OpenSslNb.Cli.Proxy;

/// <summary>A name and where its connections go, as <c>NAME=HOST:PORT</c>.</summary>
/// <param name="Name">In small letters; with <c>*.</c> in front for those one label below it.</param>
internal readonly record struct Route(string Name, HostPort Target)
{
    public const string Expected = "NAME=HOST:PORT, for example *.example.org=127.0.0.1:8443";

    public static bool TryParse(string text, out Route value)
    {
        value = default;
        int equals = text.IndexOf('=');
        if (equals <= 0 || !HostPort.TryParse(text[(equals + 1)..], out HostPort target) || target.Port == 0) return false;
        string name = text[..equals].ToLowerInvariant();
        if (name.LastIndexOf('*') > 0 || (name[0] == '*' && !name.StartsWith("*.", StringComparison.Ordinal)) || name is "*.") return false;
        value = new Route(name, target);
        return true;
    }
}

/// <summary>A target, and its addresses as they were looked up last.</summary>
internal sealed record Target(HostPort At, IPEndPoint EndPoint);

/// <summary>Which target a name has: its own, that of its wildcard, or the default.</summary>
internal sealed class Routes
{
    private readonly Dictionary<string, Target> _byName = [];
    private readonly Target? _default;

    private Routes(Target? byDefault) => _default = byDefault;

    /// <summary>Looks all targets up.</summary>
    /// <exception cref="IOException">One has no address.</exception>
    public static async Task<Routes> ResolveAsync(HostPort? byDefault, IReadOnlyList<Route> routes)
    {
        var resolved = new Routes(byDefault is { } at ? new Target(at, await at.ResolveAsync("--to")) : null);
        foreach (Route route in routes)
        {
            if (!resolved._byName.TryAdd(route.Name, new Target(route.Target, await route.Target.ResolveAsync("--route")))) throw new ArgumentException($"--route gives the name '{route.Name}' twice");
        }

        return resolved;
    }

    /// <summary>Null when there is none.</summary>
    /// <param name="name">In small letters; null for a client that asks for none.</param>
    public Target? Find(string? name)
    {
        if (name is null) return _default;
        if (_byName.TryGetValue(name, out Target? exact)) return exact;
        int dot = name.IndexOf('.');
        return dot > 0 && _byName.TryGetValue("*" + name[dot..], out Target? wildcard) ? wildcard : _default;
    }
}
